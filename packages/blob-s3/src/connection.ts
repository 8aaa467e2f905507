import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AIFlowError, messageOf } from '@aiflow/core';
import { readInPlace } from '@aiflow/snapshot';
import type { HttpGet } from '@aiflow/snapshot';
import type * as S3 from '@aws-sdk/client-s3';
import type { S3BlobManagerOptions } from './options.ts';

type Sdk = typeof S3;

export interface Connection {
  readonly sdk: Sdk;
  readonly client: S3.S3Client;
  readonly trust: Trust;
}

/** What is believed of a server that says who it is. */
type Trust = Pick<HttpGet, 'ca' | 'rejectUnauthorized'>;

/** So many requests are on the way at once, each on a connection that is kept for the next. */
const sockets = 64;
/** How long a server has to take a connection, in milliseconds, where `timeout_seconds` does not say less. */
const connectionTimeout = 10_000;
/** What every region but its own redirects to, and other servers do not look at. */
const defaultRegion = 'us-east-1';

/**
 * Makes a client of the SDK, which is loaded only now: that takes as long as starting Node twice. Attempts are counted
 * by {@link import('./requests.ts').S3Requests}, so the SDK makes one. Throws `blob.invalid_certificates` when the file
 * of `verify` cannot be read.
 */
export async function connect(options: S3BlobManagerOptions, checksums: boolean): Promise<Connection> {
  const sdk = await import('@aws-sdk/client-s3');
  const trust = trustOf(options.verify);
  const config = configOf(options, checksums, trust);
  const client = new sdk.S3Client(config);
  const region = options.region_name ?? (await regionOf(client));
  const insecure = options.use_ssl === false && options.endpoint_url === undefined;
  const endpoint = insecure ? { endpoint: plainEndpoint(region) } : {};
  return { sdk, client: new sdk.S3Client({ ...config, region, ...endpoint }), trust };
}

/** What the environment or the files of the AWS tools say. */
async function regionOf(client: S3.S3Client): Promise<string> {
  try {
    return await client.config.region();
  } catch {
    return process.env['AWS_DEFAULT_REGION'] || defaultRegion;
  }
}

/** AWS without encryption. */
function plainEndpoint(region: string): string {
  return `http://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function configOf(options: S3BlobManagerOptions, checksums: boolean, trust: Trust): S3.S3ClientConfig {
  const { endpoint_url, region_name, timeout_seconds } = options;
  const silence = timeout_seconds * 1000;
  const kept = { keepAlive: true, maxSockets: sockets };
  const wish = checksums ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  return {
    maxAttempts: 1,
    forcePathStyle: isPathStyle(options),
    requestChecksumCalculation: wish,
    responseChecksumValidation: 'WHEN_REQUIRED', // each request that reads says so
    requestHandler: {
      connectionTimeout: Math.min(connectionTimeout, silence),
      socketTimeout: silence,
      httpAgent: readInPlace(new HttpAgent(kept)),
      httpsAgent: readInPlace(new HttpsAgent({ ...kept, ...trust })),
    },
    // It would warn on the console of many requests that wait for a connection, which is as it should be.
    logger: silent,
    ...(region_name !== undefined && { region: region_name }),
    ...(endpoint_url === undefined ? { followRegionRedirects: true } : { endpoint: endpoint_url }),
    ...credentialsOf(options),
  };
}

const nothing = (): void => undefined;
const silent = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** AWS wants the bucket in the host name; a server elsewhere rarely has a name for each bucket. */
function isPathStyle({ addressing_style, endpoint_url }: S3BlobManagerOptions): boolean {
  if (addressing_style !== 'auto') return addressing_style === 'path';
  return endpoint_url !== undefined && !/\.amazonaws\.com(\.cn)?$/.test(new URL(endpoint_url).hostname);
}

function credentialsOf(options: S3BlobManagerOptions): Pick<S3.S3ClientConfig, 'credentials'> {
  const { access_key_id, secret_access_key, session_token } = options;
  if (access_key_id === undefined || secret_access_key === undefined) return {};
  const token = session_token === undefined ? {} : { sessionToken: session_token };
  return { credentials: { accessKeyId: access_key_id, secretAccessKey: secret_access_key, ...token } };
}

function trustOf(verify: S3BlobManagerOptions['verify']): Trust {
  if (typeof verify !== 'string') return { rejectUnauthorized: verify ?? true };
  try {
    return { ca: readFileSync(verify, 'utf8') };
  } catch (error) {
    throw new AIFlowError(
      'blob.invalid_certificates',
      `the certificates that "verify" names cannot be read: ${messageOf(error)}; expected the path of a PEM file`,
      { context: { path: verify }, cause: error },
    );
  }
}
