import type { JobBuilder } from '@aiflow/core';
import type { BashRun, BashRunOptions } from './bash-run.ts';
import { prepare } from './bash-run.ts';

/** Gives a prepared job to the test, and ends and removes it whatever happens. */
export async function withRun(
  draw: (job: JobBuilder) => void,
  options: BashRunOptions,
  run: (bash: BashRun) => Promise<void>,
): Promise<void> {
  const prepared = await prepare(draw, options);
  try {
    await run(prepared);
  } finally {
    await prepared.dispose();
  }
}
