import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

type Method = 'GET' | 'PUT' | 'DELETE';

/** Calls WebHDFS as the superuser, beside the store: what a test needs of HDFS that no store does. */
export class Superuser {
  readonly #nameNode: string;
  readonly #user: string;

  constructor(nameNode: string, user: string) {
    this.#nameNode = nameNode;
    this.#user = user;
  }

  async call(
    method: Method,
    path: string,
    op: string,
    parameters: Readonly<Record<string, string>> = {},
    body?: Uint8Array,
  ): Promise<Buffer> {
    const query = new URLSearchParams({ op, 'user.name': this.#user, ...parameters });
    const url = `${this.#nameNode}/webhdfs/v1${encodeURI(path)}?${query.toString()}`;
    const first = await send(method, url);
    const last = first.location === null ? first : await send(method, first.location, body);
    if (last.status > 201) throw new Error(`${op} ${path}: ${last.status} ${last.body.toString()}`);
    return last.body;
  }

  /** A directory of `owner`, who alone may write to it. */
  async makeDirectory(path: string, owner: string): Promise<void> {
    await this.call('PUT', path, 'MKDIRS', { permission: '755' });
    await this.call('PUT', path, 'SETOWNER', { owner });
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    await this.call('PUT', path, 'CREATE', { overwrite: 'true' }, bytes);
  }

  async read(path: string): Promise<Buffer> {
    return await this.call('GET', path, 'OPEN');
  }

  async remove(path: string): Promise<void> {
    await this.call('DELETE', path, 'DELETE', { recursive: 'true' });
  }

  /** The names in a directory. */
  async names(path: string): Promise<string[]> {
    return (await this.#entries(path)).map(({ pathSuffix }) => pathSuffix).toSorted();
  }

  /** The paths of all files below a directory. */
  async files(path: string): Promise<string[]> {
    const found: string[] = [];
    for (const { pathSuffix, type } of await this.#entries(path)) {
      const inner = `${path}/${pathSuffix}`;
      found.push(...(type === 'DIRECTORY' ? await this.files(inner) : [inner]));
    }
    return found;
  }

  async #entries(path: string): Promise<readonly { readonly pathSuffix: string; readonly type: string }[]> {
    const told = JSON.parse((await this.call('GET', path, 'LISTSTATUS')).toString()) as {
      readonly FileStatuses: {
        readonly FileStatus: readonly { readonly pathSuffix: string; readonly type: string }[];
      };
    };
    return told.FileStatuses.FileStatus;
  }
}

interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly body: Buffer;
}

/** Not `fetch`, which takes the unasked "100 Continue" of a DataNode for an error. */
async function send(method: Method, url: string, body?: Uint8Array): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: { 'content-length': body?.length ?? 0 } }, (response) => {
      const { statusCode = 0, headers } = response;
      const location = statusCode === 307 ? (headers.location ?? null) : null;
      buffer(response).then((bytes) => resolve({ status: statusCode, location, body: bytes }), reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
