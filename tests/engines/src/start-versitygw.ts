import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { listens } from './listens.ts';
import { run } from './run.ts';
import { startServer } from './start-server.ts';

export interface S3Server extends AsyncDisposable {
  /** Such as `http://127.0.0.1:7070`. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The directory that holds a directory for each bucket, with a file for each object. */
  readonly directory: string;
  /** Makes an account that owns nothing, and so may do nothing with the buckets of others. */
  addUser(accessKeyId: string, secretAccessKey: string): void;
}

export interface VersitygwOptions {
  /** Buckets that are there when it answers; `bucket` alone unless said. */
  readonly buckets?: readonly string[];
  /** `us-east-1` unless said; it refuses requests that are signed for another one. */
  readonly region?: string;
  /** Answers to `<bucket>.<domain>` as well. */
  readonly virtualDomain?: string;
  /** Speaks https with this certificate. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

const accessKeyId = 'aiflow-test-key';
const secretAccessKey = 'aiflow-test-secret';

/** Starts an S3 server over a new directory, on a free port of the loopback address. */
export async function startVersitygw(home: string, options: VersitygwOptions = {}): Promise<S3Server> {
  const root = mkdtempSync(join(tmpdir(), 'aiflow-s3-'));
  const directory = join(root, 'buckets');
  for (const bucket of options.buckets ?? ['bucket']) {
    mkdirSync(join(directory, bucket), { recursive: true });
  }
  mkdirSync(join(root, 'iam'));
  const env = { ...process.env, ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey };
  const port = await freePort();
  const { region = 'us-east-1', tls, virtualDomain } = options;
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const program = join(home, 'bin', 'versitygw');
  const args = ['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive', '--health', '/health'];
  args.push('--region', region);
  args.push('--iam-dir', join(root, 'iam'), '--iam-cache-disable');
  if (virtualDomain !== undefined) args.push('--virtual-domain', virtualDomain);
  if (tls !== undefined) args.push('--cert', tls.certificate, '--key', tls.key);
  try {
    const server = await startServer({
      command: program,
      args: [...args, 'posix', directory],
      env,
      isReady: async () => (tls === undefined ? (await fetch(`${url}/health`)).ok : await listens(port)),
    });
    return {
      url,
      accessKeyId,
      secretAccessKey,
      directory,
      addUser: (access, secret) => {
        const admin = ['admin', '--access', accessKeyId, '--secret', secretAccessKey, '--endpoint-url', url];
        run(program, [...admin, 'create-user', '--access', access, '--secret', secret, '--role', 'user']);
      },
      [Symbol.asyncDispose]: async () => {
        await server[Symbol.asyncDispose]();
        rmSync(root, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}
