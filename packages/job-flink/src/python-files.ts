import { constants, existsSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobRuntimeEnv } from '@aiflow/core';

/** The directory that holds our Python package and the program that is started; beside `src` and `dist` alike. */
export const pythonDirectory: string = fileURLToPath(new URL('../python', import.meta.url));

/** Where Python looks for modules on this machine, in this order and before its own places: ours, then the user's. */
export function modulePathOf(env: JobRuntimeEnv): readonly string[] {
  const users = [env.workflowDir, join(env.projectDir, 'dependencies', 'python')];
  return [pythonDirectory, ...users.filter((path) => existsSync(path))];
}

/**
 * The same directories for Flink to send along with the job. It sends each under its own name, and fails at a second one
 * of that name: then the earlier is a copy beside the attempt. Ours always is: the user's may be called `python`, too.
 */
export async function shippedModules(env: JobRuntimeEnv): Promise<readonly string[]> {
  const shipped: string[] = [];
  for (const path of modulePathOf(env).toReversed()) {
    const name = basename(path);
    const isTaken = path === pythonDirectory || shipped.some((other) => basename(other) === name);
    shipped.unshift(isTaken ? await copyOf(path, `aiflow-flink-${shipped.length}`, env) : path);
  }
  return shipped;
}

async function copyOf(path: string, name: string, { stateDir }: JobRuntimeEnv): Promise<string> {
  const copy = join(stateDir, name);
  await rm(copy, { recursive: true, force: true });
  await cp(path, copy, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    filter: (source) => basename(source) !== '__pycache__',
  });
  return copy;
}
