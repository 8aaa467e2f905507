import { closeSync, existsSync, mkdirSync, openSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from '@aiflow/core';

/**
 * Writes the files that are not there yet below `root`, and gives their paths; one that a person already has, such as
 * package.json, is kept. When one cannot be written, all that this call made is removed again, and that error thrown.
 */
export function writeFiles(root: string, files: Readonly<Record<string, string>>): string[] {
  const written: string[] = [];
  const undo: (() => void)[] = [];
  try {
    for (const [path, text] of Object.entries(files)) {
      const target = join(root, path);
      for (const directory of missing(dirname(target))) {
        mkdirSync(directory);
        undo.push(() => rmdirSync(directory));
      }
      const file = open(target);
      if (file === null) continue;
      undo.push(() => rmSync(target));
      try {
        writeFileSync(file, text);
      } finally {
        closeSync(file);
      }
      written.push(path);
    }
    return written;
  } catch (error) {
    for (const remove of undo.toReversed()) attempt(remove);
    throw error;
  }
}

/** The directories on the way to a path that are not there, outermost first. */
function missing(path: string): string[] {
  return existsSync(path) || dirname(path) === path ? [] : [...missing(dirname(path)), path];
}

/** A new file, or null when there is one already. */
function open(path: string): number | null {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return null;
    throw error;
  }
}

/** Why nothing could be written says more than why something of it cannot be removed either. */
function attempt(remove: () => void): void {
  try {
    remove();
  } catch {
    // such as a directory in which somebody else has put something meanwhile
  }
}
