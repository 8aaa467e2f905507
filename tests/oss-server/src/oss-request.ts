import type { IncomingMessage } from 'node:http';
import { OssFault } from './fault.ts';
import type { SignedRequest } from './signed-request.ts';

/** A request with its body, as the operations read it. */
export interface OssRequest extends SignedRequest {
  readonly body: Buffer;
  readonly parameters: ReadonlyMap<string, string>;
}

export async function readRequest(incoming: IncomingMessage): Promise<OssRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]),
  );
  const [path = '/', search = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const query = parseQuery(search);
  const place = placeOf(decode(path), headers['host'] ?? '');
  return {
    method: incoming.method ?? 'GET',
    ...place,
    query,
    headers,
    body: Buffer.concat(chunks),
    parameters: new Map(query),
  };
}

/** `bucket.oss-….aliyuncs.com` names the bucket; at any other host the path does. */
function placeOf(path: string, host: string): { bucket: string | null; key: string } {
  const virtual = /^([a-z0-9-]+)\.oss-[a-z0-9-]+\.aliyuncs\.com$/.exec(host.replace(/:\d+$/, ''));
  if (virtual !== null) return { bucket: virtual[1] ?? '', key: path.slice(1) };
  const [bucket = '', ...rest] = path.slice(1).split('/');
  return { bucket: bucket === '' ? null : bucket, key: rest.join('/') };
}

function parseQuery(search: string): [name: string, value: string][] {
  return search
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', value = ''] = part.split(/=(.*)/s);
      return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new OssFault(400, 'InvalidURI', `Could not parse the specified URI: ${String(error)}`);
  }
}
