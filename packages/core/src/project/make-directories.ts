import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory with those above it that are missing, and says whether it was missing itself. One by one: Node's
 * own `recursive` never returns where a file system answers that there is no such directory, as `/proc` does.
 */
export function makeDirectories(path: string): boolean {
  if (isDirectory(path)) return false;
  const above = dirname(path);
  if (above !== path) makeDirectories(above);
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (isDirectory(path)) return false; // somebody else was faster
    throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
