import type { Schema } from '@aiflow/core';
import { bytesOf, expectedSize } from '@aiflow/snapshot';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { readEndpoint } from './endpoint.ts';

/** What the configuration of this blob manager may say, under `blob_manager_config`. */
export interface OssBlobManagerOptions {
  /** The id of the access key. */
  readonly access_key_id: string;
  /** The secret of the access key. In a file: a reference such as `${OSS_ACCESS_KEY_SECRET}`. */
  readonly access_key_secret: string;
  /** The token that comes with temporary keys of STS. In a file: a reference. `session_token` says the same. */
  readonly security_token?: string | undefined;
  readonly session_token?: string | undefined;
  /** The bucket, which must be there. */
  readonly bucket: string;
  /** The address of OSS, such as `oss-cn-hangzhou.aliyuncs.com`. Unless said that of the region. */
  readonly endpoint?: string | undefined;
  /** The region of the bucket, such as `cn-hangzhou`. Unless said the one that the endpoint names. */
  readonly region?: string | undefined;
  /** Whether the endpoint of the region is the one that is reached from inside of Alibaba Cloud alone. */
  readonly internal?: boolean | undefined;
  /** Whether the endpoint is a domain of one's own that stands for the bucket. */
  readonly cname?: boolean | undefined;
  /** What all keys begin with. `repo_name` is its name in AIFlow 0.1. Unless said nothing: the bucket's root. */
  readonly root_directory?: string | undefined;
  readonly repo_name?: string | undefined;
  /** Where downloaded snapshots are kept on this machine; a relative path starts at the state directory. */
  readonly local_repository?: string | undefined;
  /** `v4`, which needs the region, or `v1`. Unless said `v4` where the region is known. */
  readonly signature_version?: 'v1' | 'v4' | undefined;
  /** How often a request is made at most, the first time included. */
  readonly max_attempts: number;
  /** Seconds that a server may be silent. */
  readonly timeout_seconds: number;
  /**
   * How much the copies that this machine's jobs share may take, in bytes or as `20 GB`. `10 GiB` unless said. Those
   * are removed first that were used the longest time ago, and never one that is in use.
   */
  readonly cache_size?: string | number | undefined;
}

// Signatures are made of it: a line break at its end, as a file may have it, would only be found out by OSS.
const key = v.pipe(v.string(), v.regex(/^\S+$/, 'expected a text without spaces or line breaks'));
const token = v.pipe(
  v.optional(key),
  v.metadata({ writeOnly: true }),
  v.description('The token of temporary keys (STS): a reference such as ${OSS_SECURITY_TOKEN}.'),
);
const root = v.pipe(
  v.optional(
    v.pipe(v.string(), v.check(isRoot, 'expected names with "/" between them, none of them "." or ".."')),
  ),
  v.description('What all keys begin with.'),
);
const path = v.pipe(
  v.string(),
  v.check((text) => text !== '' && !text.includes('\0'), 'expected a path'),
);

function isRoot(text: string): boolean {
  const parts = text.replaceAll(/^\/|\/$/g, '').split('/');
  if (parts.length === 1 && parts[0] === '') return true; // the bucket's own root
  return (
    text.length <= 400 && parts.every((part) => !['', '.', '..'].includes(part) && !/[\\\p{Cc}]/u.test(part))
  );
}

const options = v.strictObject({
  access_key_id: v.pipe(key, v.description('The id of the access key.')),
  access_key_secret: v.pipe(
    key,
    v.metadata({ writeOnly: true }),
    v.description('The secret of the access key: a reference such as ${OSS_ACCESS_KEY_SECRET}.'),
  ),
  security_token: token,
  session_token: token,
  bucket: v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'expected 3 to 63 small letters, digits and "-"'),
    v.description('The bucket, which must be there.'),
  ),
  endpoint: v.pipe(
    v.optional(v.string()),
    v.description(
      'The address of OSS, such as oss-cn-hangzhou.aliyuncs.com; unless said that of the region.',
    ),
  ),
  region: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/, 'expected a region such as cn-hangzhou'))),
    v.description(
      'The region of the bucket, such as cn-hangzhou; unless said the one that the endpoint names.',
    ),
  ),
  internal: v.pipe(
    v.optional(v.boolean()),
    v.description(
      'Whether to use the endpoint of the region that is reached from inside of Alibaba Cloud alone.',
    ),
  ),
  cname: v.pipe(
    v.optional(v.boolean()),
    v.description('Whether the endpoint is a domain of your own that stands for the bucket.'),
  ),
  root_directory: root,
  repo_name: root,
  local_repository: v.pipe(
    v.optional(path),
    v.description('Where downloaded snapshots are kept on this machine.'),
  ),
  signature_version: v.pipe(
    v.optional(v.picklist(['v1', 'v4'])),
    v.description('Unless said v4 where the region is known.'),
  ),
  max_attempts: v.pipe(
    v.optional(
      v.pipe(
        v.number(),
        v.integer('expected a whole number'),
        v.minValue(1, 'expected at least 1'),
        v.maxValue(100, 'expected at most 100'),
      ),
      6,
    ),
    v.description('How often a request is made at most, the first time included.'),
  ),
  timeout_seconds: v.pipe(
    v.optional(
      v.pipe(v.number(), v.minValue(0.1, 'expected at least 0.1'), v.maxValue(3600, 'expected at most 3600')),
      60,
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
});

const checked = v.pipe(
  options,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const input = dataset.value;
    const add = (at: keyof typeof input, message: string): void =>
      addIssue({ message, path: [{ type: 'object', origin: 'value', input, key: at, value: input[at] }] });
    const endpoint = readEndpoint(input);
    if ('wrong' in endpoint) add(endpoint.key, endpoint.wrong);
    else if (input.signature_version === 'v4' && endpoint.region === null) {
      add('region', 'expected the region of the bucket, which signature v4 needs');
    }
    if (input.security_token !== undefined && input.session_token !== undefined) {
      add('session_token', 'says the same as security_token: leave one of them out');
    }
    if (input.root_directory !== undefined && input.repo_name !== undefined) {
      add('repo_name', 'says the same as root_directory: leave one of them out');
    }
  }),
);

/** The schema of {@link OssBlobManagerOptions}. Unknown keys are refused. */
export const ossBlobManagerOptions: Schema<OssBlobManagerOptions> = toStandardJsonSchema(checked);
