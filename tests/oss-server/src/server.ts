import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Account } from './account.ts';
import type { Answer } from './answer.ts';
import type { Gate } from './authenticate.ts';
import { authenticate } from './authenticate.ts';
import { Bucket } from './bucket.ts';
import { OssFault, faultXml } from './fault.ts';
import type { OssRequest } from './oss-request.ts';
import { readRequest } from './oss-request.ts';
import { routeOf } from './route.ts';
import type { TroubleKind } from './trouble.ts';
import { Troubles, damaged } from './trouble.ts';

export interface OssServerOptions {
  readonly accounts: readonly Account[];
  readonly buckets: readonly string[];
  /** `cn-hangzhou` unless said. */
  readonly region?: string;
  readonly now?: () => number;
  readonly versions?: Gate['versions'];
}

export interface OssServer {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly region: string;
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly troubles: Troubles;
  /** Every request that came, in order; whether it was answered or not. */
  readonly requests: OssRequest[];
  close(): Promise<void>;
}

/** Starts a server on this machine that keeps objects in memory and checks each request as OSS does. */
export async function startOssServer(options: OssServerOptions): Promise<OssServer> {
  const { accounts, region = 'cn-hangzhou', now = Date.now, versions = ['v1', 'v4'] } = options;
  const buckets = new Map(options.buckets.map((name) => [name, new Bucket()]));
  const gate: Gate = { accounts, region, now, versions };
  const troubles = new Troubles();
  const requests: OssRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
  });
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    let request = await readRequest(incoming);
    requests.push(request);
    const trouble = troubles.next(request);
    if (trouble?.kind === 'hang') return;
    if (trouble?.kind === 'wait') await trouble.until;
    if (trouble?.kind === 'cut') return void incoming.socket.destroy();
    if (trouble?.kind === 'damageRequest') request = { ...request, body: damaged(request.body) };
    const said = settle(request, () => {
      if (trouble?.kind === 'answer') {
        throw new OssFault(
          trouble.status,
          trouble.code ?? 'InternalError',
          trouble.message ?? 'Told to fail.',
        );
      }
      return perform(request, buckets, gate);
    });
    const body = spoilt(said.body, trouble);
    if (trouble?.kind === 'cutAfter') return void incoming.socket.destroy();
    outgoing.writeHead(said.status, { ...said.headers, server: 'AliyunOSS', 'content-length': body.length });
    if (request.method === 'HEAD') return void outgoing.end();
    if (trouble?.kind === 'drip') return drip(outgoing, body, trouble.every);
    if (trouble?.kind !== 'cutMiddle') return void outgoing.end(body);
    outgoing.write(body.subarray(0, body.length >> 1), () => incoming.socket.destroy());
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region,
    buckets,
    troubles,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function drip(outgoing: ServerResponse, body: Buffer, every: number): void {
  let sent = 0;
  const dripping = setInterval(() => {
    if (sent < body.length) outgoing.write(body.subarray(sent, (sent += 1)));
    else outgoing.end();
  }, every);
  outgoing.once('close', () => clearInterval(dripping));
}

function spoilt(body: Buffer, trouble: TroubleKind | null): Buffer {
  if (trouble?.kind === 'damage') return damaged(body);
  return trouble?.kind === 'garble' ? Buffer.from('<<<') : body;
}

function perform(request: OssRequest, buckets: ReadonlyMap<string, Bucket>, gate: Gate): Answer {
  const account = authenticate(request, gate);
  const bucketName = request.bucket ?? '';
  const bucket = buckets.get(bucketName);
  if (bucket === undefined) {
    throw new OssFault(404, 'NoSuchBucket', 'The specified bucket does not exist.', {
      BucketName: bucketName,
    });
  }
  const { operation, writes } = routeOf(request);
  if (account.may === 'nothing' || (account.may === 'read' && writes)) {
    throw new OssFault(403, 'AccessDenied', 'You have no right to access this object because of bucket acl.');
  }
  checkDigest(request);
  return operation({ request, bucket, bucketName, region: gate.region, now: gate.now() });
}

function checkDigest({ headers, body }: OssRequest): void {
  const given = headers['content-md5'];
  if (given === undefined || given === createHash('md5').update(body).digest('base64')) return;
  throw new OssFault(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.', {
    ContentMD5: given,
  });
}

/** What is answered, a refusal in XML; to HEAD, which has no body, in a header. */
function settle(request: OssRequest, call: () => Answer): Answer {
  const requestId = randomUUID().replaceAll('-', '').slice(0, 24).toUpperCase();
  const headers = { 'x-oss-request-id': requestId };
  try {
    const said = call();
    return { ...said, headers: { ...said.headers, ...headers } };
  } catch (error) {
    if (!(error instanceof OssFault)) throw error;
    const body = Buffer.from(faultXml(error, requestId, request.headers['host'] ?? ''));
    return {
      status: error.status,
      headers: {
        ...headers,
        'content-type': 'application/xml',
        ...(request.method === 'HEAD' && { 'x-oss-err': body.toString('base64') }),
      },
      body,
    };
  }
}
