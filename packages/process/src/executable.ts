import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorCode } from '@aiflow/core';

/** Where a program is, or the system's code for why it cannot be run: `ENOENT`, `EACCES` or `EISDIR`. */
export type FoundProgram = { readonly path: string } | { readonly reason: string };

/**
 * Looks for a program as execvp(3) does, in the child's `PATH` and from the child's directory. The shim's shell would
 * look too, but only its message in standard error would tell that it found nothing.
 */
export function findProgram(
  name: string,
  cwd: string,
  environment: Readonly<Record<string, string>>,
): FoundProgram {
  if (name === '') return { reason: 'ENOENT' };
  if (name.includes('/')) return inspect(resolve(cwd, name));
  let reason = 'ENOENT';
  for (const directory of (environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(':')) {
    const found = inspect(resolve(cwd, directory, name));
    if ('path' in found) return found;
    if (found.reason === 'EACCES') reason = found.reason;
  }
  return { reason };
}

function inspect(path: string): FoundProgram {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { reason: 'ENOENT' };
    if (!stat.isFile()) return { reason: 'EISDIR' };
    accessSync(path, constants.X_OK);
    return { path };
  } catch (error) {
    return { reason: errorCode(error) ?? 'EIO' };
  }
}
