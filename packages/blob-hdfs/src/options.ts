import type { Schema } from '@aiflow/core';
import { bytesOf, expectedSize } from '@aiflow/snapshot';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { expectedUrl, nameNodeUrls } from './namenode-urls.ts';
import { expectedRoot, rootDirectory } from './root-directory.ts';

/** What the configuration of this blob manager may say, under `blob_manager_config`. */
export interface HdfsBlobManagerOptions {
  /** The http or https address of WebHDFS; several, as a list or with `,` between them, for several NameNodes. */
  readonly hdfs_url: string | readonly string[];
  /** Who reads and writes, told to the server as `user.name`. `default` unless said, as in AIFlow. */
  readonly hdfs_user: string;
  /** The absolute path of the directory in HDFS that keeps the snapshots. It is made when it is first needed. */
  readonly root_directory: string;
  /** What names the file system in uris of snapshots, instead of its NameNodes; as in `dfs.nameservices`. */
  readonly nameservice?: string | undefined;
  /** How often a request is made at most, the first time included; asking another NameNode at once does not count. */
  readonly max_attempts: number;
  /** Seconds that a server may be silent. */
  readonly timeout_seconds: number;
  /**
   * How much the copies that this machine's jobs share may take, in bytes or as `20 GB`. `10 GiB` unless said. Those
   * are removed first that were used the longest time ago, and never one that is in use.
   */
  readonly cache_size?: string | number | undefined;
  /** How the user is told; `simple` alone: see the README on Kerberos. */
  readonly authentication: 'simple';
  readonly kerberos?: undefined;
  readonly keytab?: undefined;
  readonly principal?: undefined;
}

const url = v.pipe(
  v.string(),
  v.check((text) => nameNodeUrls(text) !== null, expectedUrl),
);

const noKerberos =
  'Kerberos is not supported: expected "simple" and the hdfs_url of a server or gateway that takes simple authentication';

/** Who writes such a key is told of Kerberos, and not of a key that is not known. */
const kerberosKey = v.pipe(
  v.optional(v.never(noKerberos)),
  v.description('Not supported: it belongs to Kerberos.'),
);

const options = v.strictObject({
  hdfs_url: v.pipe(
    v.union([
      url,
      v.pipe(
        v.array(url),
        v.check(
          (urls) => urls.some((text) => nameNodeUrls(text) === null) || nameNodeUrls(urls) !== null,
          'expected at least one url, and none twice',
        ),
      ),
    ]),
    v.description(
      'The http or https address of WebHDFS; several, as a list or with "," between them, for several NameNodes.',
    ),
  ),
  hdfs_user: v.pipe(
    v.optional(
      v.pipe(v.string(), v.regex(/^[^\p{Cc}\s]+$/u, 'expected the name of a user, without spaces')),
      'default',
    ),
    v.description('Who reads and writes.'),
  ),
  root_directory: v.pipe(
    v.string(),
    v.check((path) => rootDirectory(path) !== null, expectedRoot),
    v.description('The absolute path of the directory in HDFS that keeps the snapshots.'),
  ),
  nameservice: v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected a name of letters, digits, ".", "_" and "-"'),
      ),
    ),
    v.description('What names the file system in uris of snapshots, instead of its NameNodes.'),
  ),
  max_attempts: v.pipe(
    v.optional(
      v.pipe(
        v.number(),
        v.integer('expected a whole number'),
        v.minValue(1, 'expected at least 1'),
        v.maxValue(100, 'expected at most 100'),
      ),
      8,
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
  authentication: v.pipe(
    v.optional(v.picklist(['simple'], noKerberos), 'simple'),
    v.description('How the user is told: by name alone. Kerberos is not supported.'),
  ),
  kerberos: kerberosKey,
  keytab: kerberosKey,
  principal: kerberosKey,
});

/** The schema of {@link HdfsBlobManagerOptions}. Unknown keys are refused. */
export const hdfsBlobManagerOptions: Schema<HdfsBlobManagerOptions> = toStandardJsonSchema(options);
