import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
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
  const path = environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  const directories = path.split(':');
  // Relative ones start at the child's directory, which is another for each.
  if (!directories.every(isAbsolute)) return search(name, cwd, directories);
  const key = `${name}:${path}`;
  const known = foundBefore.get(key);
  if (known !== undefined && 'path' in inspect(known)) return { path: known };
  const found = search(name, cwd, directories);
  if ('path' in found && foundBefore.size < mostRemembered) foundBefore.set(key, found.path);
  return found;
}

/** Where programs were found, as a shell remembers it: a program that stays where it was is not looked for again. */
const foundBefore = new Map<string, string>();
const mostRemembered = 1000;

function search(name: string, cwd: string, directories: readonly string[]): FoundProgram {
  let reason = 'ENOENT';
  for (const directory of directories) {
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
