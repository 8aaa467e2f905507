import { randomUUID } from 'node:crypto';
import { lstatSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { AIFlowError } from '@aiflow/core';
import { localError } from './local-error.ts';
import { removeTree } from './remove-tree.ts';

/**
 * Makes a directory at a path that must not exist, as a whole: it is filled beside its place and then moved there.
 * Throws `blob.path_taken`, also when something came to be there meanwhile.
 */
export async function makeOwnCopy(
  path: string,
  fill: (directory: string, signal: AbortSignal | undefined) => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const target = resolve(path);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
  const failed = (error: unknown): unknown =>
    localError(`the snapshot cannot be put at ${target}`, target, error, signal);
  try {
    refuseTaken(target);
    mkdirSync(temporary, { recursive: true });
  } catch (error) {
    throw failed(error); // nothing was made, and below a file nothing can be removed
  }
  try {
    await fill(temporary, signal);
    refuseTaken(target);
    renameSync(temporary, target);
  } catch (error) {
    await removeTree(temporary);
    throw failed(error);
  }
}

function refuseTaken(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return;
  throw new AIFlowError(
    'blob.path_taken',
    `the snapshot must go to a path that does not exist, and ${path} does`,
    {
      context: { path },
    },
  );
}
