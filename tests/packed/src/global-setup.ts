import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packAll } from './pack.ts';
import type { Tarballs } from './pack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    readonly tarballs: Tarballs;
  }
}

/** Packs once for all test files: `inject('tarballs')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'aiflow-tarballs-'));
  project.provide('tarballs', await packAll(directory));
  return async () => {
    await rm(directory, { recursive: true, force: true });
  };
}
