import { resolve } from 'node:path';
import type { Schema } from '@aiflow/core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';

/** What the configuration of this blob manager may say, under `blob_manager_config`. */
export interface LocalBlobManagerOptions {
  /** The directory that keeps the snapshots; a relative path starts at the state directory. `snapshots` unless said. */
  readonly root_directory: string;
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
});

function isDirectoryPath(path: string): boolean {
  return path !== '' && !path.includes('\0') && resolve('/', path) !== '/';
}

/** The schema of {@link LocalBlobManagerOptions}. Unknown keys are refused. */
export const localBlobManagerOptions: Schema<LocalBlobManagerOptions> = toStandardJsonSchema(options);
