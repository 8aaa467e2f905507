import { existsSync } from 'node:fs';
import { pause } from '@aiflow/core';
import { claimNever, never, readBegun, readIdentity } from './records.ts';

/** `unreadable`: somebody claimed it, and did not write down that it began. */
export type Beginning = 'began' | 'never' | 'unreadable';

/** Whether a process began, as its records say; when they leave it open, it is decided here that it never will. */
export function beginningOf(recordDir: string): Beginning {
  if (!existsSync(recordDir)) return 'never';
  if (readIdentity(recordDir) !== null) return 'began';
  if (readBegun(recordDir) === null && claimNever(recordDir)) return 'never';
  const begun = readBegun(recordDir);
  if (begun === null) return 'unreadable';
  return begun === never ? 'never' : 'began';
}

/** Whoever claims a beginning writes it down at once, unless it dies or the disk is full: after a second it has not. */
export async function untilWritten(recordDir: string): Promise<Beginning> {
  const deadline = performance.now() + 1_000;
  for (;;) {
    const beginning = beginningOf(recordDir);
    if (beginning !== 'unreadable' || performance.now() >= deadline) return beginning;
    await pause(10);
  }
}
