import { isAbsolute } from 'node:path';
import type { Schema } from '@aiflow/core';
import { bytesOf, expectedSize } from '@aiflow/snapshot';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';

/** What the configuration of this blob manager may say, under `blob_manager_config`. The first keys are AIFlow's own. */
export interface S3BlobManagerOptions {
  readonly bucket_name: string;
  /** The key and its secret go together; without them the credentials are found as every AWS tool finds them. */
  readonly access_key_id?: string | undefined;
  readonly secret_access_key?: string | undefined;
  /** Of temporary credentials. */
  readonly session_token?: string | undefined;
  /** A server other than AWS, such as `https://minio.example.com:9000`. */
  readonly endpoint_url?: string | undefined;
  readonly region_name?: string | undefined;
  /** False speaks http to AWS; with `endpoint_url` its beginning decides. */
  readonly use_ssl?: boolean | undefined;
  /** Whether the server must prove who it is; a path is that of the certificates to trust instead of the usual ones. */
  readonly verify?: boolean | string | undefined;
  /** What the keys of all objects begin with; the top of the bucket unless said. */
  readonly root_directory: string;
  readonly addressing_style: 'auto' | 'path' | 'virtual';
  readonly checksum_algorithm: 'crc32' | 'sha256' | 'none';
  /** Whether the server honours `If-None-Match: *`; unless said, AWS does and another server is not asked to. */
  readonly conditional_writes?: boolean | undefined;
  /** How often a request is made at most, the first time included. */
  readonly max_attempts: number;
  /** Seconds that a server may be silent. */
  readonly timeout_seconds: number;
  /**
   * How much the copies that this machine's jobs share may take, in bytes or as `20 GB`. `10 GiB` unless said. Those
   * are removed first that were used the longest time ago, and never one that is in use.
   */
  readonly cache_size?: string | number | undefined;
  /** AIFlow's; there is one service. */
  readonly service_name?: 's3' | undefined;
  /** AIFlow's; there is one version. */
  readonly api_version?: '2006-03-01' | undefined;
}

const said = v.pipe(v.string(), v.minLength(1, 'expected a text that is not empty'));
const secret = v.optional(v.pipe(said, v.metadata({ writeOnly: true })));
const keyPart = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

const fields = v.strictObject({
  bucket_name: v.pipe(
    v.string(),
    v.regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/,
      'expected the name of a bucket alone, such as my-snapshots',
    ),
    v.description('The bucket; it must be there.'),
  ),
  access_key_id: v.pipe(
    v.optional(said),
    v.description('Who asks. Without it the credentials are found as every AWS tool finds them.'),
  ),
  secret_access_key: v.pipe(
    secret,
    v.metadata({ writeOnly: true }),
    v.description('The secret that belongs to the key.'),
  ),
  session_token: v.pipe(
    secret,
    v.metadata({ writeOnly: true }),
    v.description('Belongs to temporary credentials.'),
  ),
  endpoint_url: v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.check(
          isEndpoint,
          'expected the http:// or https:// address of a server, without a user or a query',
        ),
      ),
    ),
    v.description('A server other than AWS, such as https://minio.example.com:9000.'),
  ),
  region_name: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/, 'expected a region such as eu-west-3'))),
    v.description("The bucket's region; that of the environment, or us-east-1, unless said."),
  ),
  use_ssl: v.pipe(
    v.optional(v.boolean()),
    v.description('False speaks http to AWS; with endpoint_url its beginning decides.'),
  ),
  verify: v.pipe(
    v.optional(
      v.union([
        v.boolean(),
        v.pipe(v.string(), v.check(isAbsolute, 'expected true, false or the absolute path of a file')),
      ]),
    ),
    v.description(
      'False trusts any certificate; a path trusts those of this file instead of the usual ones.',
    ),
  ),
  root_directory: v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.maxLength(256, 'expected at most 256 characters'),
        v.check(
          isRoot,
          'expected names with "/" between them, of letters, digits, ".", "_" and "-", none of which begins with "."',
        ),
      ),
      '',
    ),
    v.description('What the keys of all objects begin with, such as teams/vision.'),
  ),
  addressing_style: v.pipe(
    v.optional(v.picklist(['auto', 'path', 'virtual']), 'auto'),
    v.description(
      'Where a request names the bucket: path, or host name (virtual). auto: path with endpoint_url.',
    ),
  ),
  checksum_algorithm: v.pipe(
    v.optional(v.picklist(['crc32', 'sha256', 'none']), 'crc32'),
    v.description('The checksum that is sent with an object. What comes back is held against it, or a hash.'),
  ),
  conditional_writes: v.pipe(
    v.optional(v.boolean()),
    v.description('Whether the server honours If-None-Match. AWS does; of another one it must be said.'),
  ),
  max_attempts: v.pipe(
    v.optional(
      v.pipe(
        v.number(),
        v.integer('expected a whole number'),
        v.minValue(1, 'expected at least 1'),
        v.maxValue(100, 'expected at most 100'),
      ),
      5,
    ),
    v.description('How often a request is made at most, the first time included.'),
  ),
  timeout_seconds: v.pipe(
    v.optional(
      v.pipe(v.number(), v.minValue(0.1, 'expected at least 0.1'), v.maxValue(3600, 'expected at most 3600')),
      30,
    ),
    v.description('How long a server may be silent before the request counts as failed.'),
  ),
  cache_size: v.pipe(
    v.optional(
      v.pipe(
        v.union([v.string(), v.number()]),
        v.check((size) => bytesOf(size) !== null, expectedSize),
      ),
    ),
    v.description(
      "How much the copies that this machine's jobs share may take, such as 20 GB; 10 GiB unless said.",
    ),
  ),
  service_name: v.pipe(v.optional(v.literal('s3')), v.description("AIFlow's; there is one service.")),
  api_version: v.pipe(v.optional(v.literal('2006-03-01')), v.description("AIFlow's; there is one version.")),
});

const options = v.pipe(
  fields,
  v.forward(
    v.check(
      (found) => (found.access_key_id === undefined) === (found.secret_access_key === undefined),
      'expected access_key_id and secret_access_key together, or neither',
    ),
    ['secret_access_key'],
  ),
  v.forward(
    v.check(
      (found) => found.session_token === undefined || found.access_key_id !== undefined,
      'expected access_key_id and secret_access_key beside it',
    ),
    ['session_token'],
  ),
  v.forward(
    v.check(
      (found) => !(found.use_ssl === true && found.endpoint_url?.startsWith('http:') === true),
      'expected false or nothing, because endpoint_url begins with http://',
    ),
    ['use_ssl'],
  ),
);

function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function isRoot(text: string): boolean {
  const root = rootOf(text);
  return root === '' || root.split('/').every((part) => keyPart.test(part));
}

/** A root without the `/` that may stand around it. */
export function rootOf(text: string): string {
  return text.replaceAll(/^\/+|\/+$/g, '');
}

/** The schema of {@link S3BlobManagerOptions}. Unknown keys are refused. */
export const s3BlobManagerOptions: Schema<S3BlobManagerOptions> = toStandardJsonSchema(options);
