import { resolve } from 'node:path';
import type { Schema } from '@aiflow/core';
import { bytesOf, expectedSize } from '@aiflow/snapshot';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';

/** What the configuration of this blob manager may say, under `blob_manager_config`. */
export interface LocalBlobManagerOptions {
  /** The directory that keeps the snapshots; a relative path starts at the state directory. `snapshots` unless said. */
  readonly root_directory: string;
  /**
   * How much the copies that this machine's jobs share may take, in bytes or as `20 GB`. `10 GiB` unless said. Those
   * are removed first that were used the longest time ago, and never one that is in use.
   */
  readonly cache_size?: string | number | undefined;
}

const options = v.strictObject({
  root_directory: v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.check(
          isDirectoryPath,
          'expected the path of a directory of its own, not the root of the file system',
        ),
      ),
      'snapshots',
    ),
    v.description('The directory that keeps the snapshots; a relative path starts at the state directory.'),
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

function isDirectoryPath(path: string): boolean {
  return path !== '' && !path.includes('\0') && resolve('/', path) !== '/';
}

/** The schema of {@link LocalBlobManagerOptions}. Unknown keys are refused. */
export const localBlobManagerOptions: Schema<LocalBlobManagerOptions> = toStandardJsonSchema(options);
