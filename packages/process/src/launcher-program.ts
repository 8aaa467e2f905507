import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AIFlowError, errorCode, messageOf } from '@aiflow/core';

/** The launcher's program, or why there is none. */
export type FoundLauncher = { readonly program: string } | { readonly why: string };

const require = createRequire(import.meta.url);

/**
 * The program to launch with, as `AIFLOW_LAUNCHER` says: `node` for none, the path of one, or, when it is not set, the
 * one of the package for this platform, if that is installed. Throws `process.no_launcher` for a path that is none.
 */
export function findLauncher(wish: string | undefined): FoundLauncher {
  if (wish === 'node') return { why: 'AIFLOW_LAUNCHER says so' };
  if (wish !== undefined && wish !== '') return { program: check(wish) };
  const name = `@aiflow/process-${process.platform}-${process.arch}`;
  try {
    const program = join(dirname(require.resolve(`${name}/package.json`)), 'dist/aiflow-launcher');
    accessSync(program, constants.X_OK);
    return { program };
  } catch (error) {
    const why =
      errorCode(error) === 'MODULE_NOT_FOUND' ? 'is not installed' : `is not whole: ${messageOf(error)}`;
    return { why: `${name} ${why}` };
  }
}

function check(program: string): string {
  try {
    accessSync(program, constants.X_OK);
    return program;
  } catch (error) {
    throw new AIFlowError(
      'process.no_launcher',
      `AIFLOW_LAUNCHER must be "node" or the path of the launcher's program, which ${JSON.stringify(program)} is not: ` +
        `correct it, or unset it`,
      { context: { program }, cause: error },
    );
  }
}
