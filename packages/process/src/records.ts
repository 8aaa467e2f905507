import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AIFlowError, errorCode, isJsonObject } from '@aiflow/core';
import type { ProcessIdentity } from './process-table.ts';

/**
 * What is known of a process across crashes, as short files in its record directory:
 *
 * - the directory itself: a launch was meant;
 * - `begun`, made exclusively by the shim with its number, or by `find` with {@link never}: whoever is first decides;
 * - `identity`, by the launcher: which process the shim is;
 * - `exit`, by the shim: the exit code of the program;
 * - `stopping` and `stopped`, empty, by whoever stops it: before the first signal, and when nothing is left.
 *
 * A keeper (see ../native) writes all it has to say into `begun`, since a new file costs more than the rest of a launch:
 * the second line is the identity, and the third the exit code.
 *
 * A line counts only with its end, so a file that is being written, or was when a disk was full, is as good as none.
 */
export const never = 'never';

/** Makes the record directory; `process.already_launched` when it belongs to a process that began. */
export function claimRecords(recordDir: string): void {
  try {
    mkdirSync(recordDir);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if (readBegun(recordDir) !== never) throw alreadyLaunched(recordDir, error);
    rmSync(recordDir, { recursive: true, force: true });
    claimRecords(recordDir);
  }
}

function alreadyLaunched(recordDir: string, cause: unknown): AIFlowError {
  return new AIFlowError(
    'process.already_launched',
    `a process was already launched with the records ${recordDir}: use find() for it, or another directory`,
    { context: { recordDir }, cause },
  );
}

/** Decides that a process which has not begun never will; false when it began first. */
export function claimNever(recordDir: string): boolean {
  const claim = join(recordDir, `never-${randomUUID()}`);
  try {
    writeFileSync(claim, `${never}\n`);
    // Whole or not at all: who is killed while it writes must not leave a beginning of which nobody can say if it was one.
    linkSync(claim, join(recordDir, 'begun'));
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(claim, { force: true });
  }
}

/** What `begun` says: null when there is none, or none that is whole. */
export function readBegun(recordDir: string): number | typeof never | null {
  const [line = null] = readLines(recordDir, 'begun');
  return line === never ? never : wholeNumber(line);
}

/** A process, and the launcher that its keeper belongs to; null when it has no keeper. */
export interface RecordedIdentity extends ProcessIdentity {
  readonly launcher: string | null;
}

export function writeIdentity(recordDir: string, { pid, startTicks, bootId }: ProcessIdentity): void {
  const line = JSON.stringify({ pid, start_ticks: startTicks, boot_id: bootId });
  writeFileSync(join(recordDir, 'identity'), `${line}\n`);
}

export function readIdentity(recordDir: string): RecordedIdentity | null {
  const line = readLines(recordDir, 'begun')[1] ?? readLines(recordDir, 'identity')[0];
  if (line === undefined) return null;
  const value: unknown = JSON.parse(line);
  if (!isJsonObject(value)) return null;
  const { pid, start_ticks: startTicks, boot_id: bootId, launcher } = value;
  if (typeof pid !== 'number' || typeof startTicks !== 'string' || typeof bootId !== 'string') return null;
  return { pid, startTicks, bootId, launcher: typeof launcher === 'string' ? launcher : null };
}

export function readExit(recordDir: string): number | null {
  return wholeNumber(readLines(recordDir, 'begun')[2] ?? readLines(recordDir, 'exit')[0] ?? null);
}

/**
 * Writes the end of a process whose shim could not, or whose program removed its records; without `begun` it would
 * count as one that never began. False when that cannot be written either.
 */
export function restoreRecords(recordDir: string, pid: number, exitCode: number): boolean {
  try {
    if (!existsSync(recordDir)) mkdirSync(recordDir);
    if (readBegun(recordDir) === null) writeFileSync(join(recordDir, 'begun'), `${pid}\n`);
    writeFileSync(join(recordDir, 'exit'), `${exitCode}\n`);
    return true;
  } catch {
    // Whatever is wrong with the disk: the end itself is known, and the caller keeps it.
    return false;
  }
}

export function writeMark(recordDir: string, mark: 'stopping' | 'stopped'): void {
  // Without content: an empty file can be made where a full disk takes no byte more.
  writeFileSync(join(recordDir, mark), '');
}

export function hasMark(recordDir: string, mark: 'stopping' | 'stopped'): boolean {
  return existsSync(join(recordDir, mark));
}

/** The lines that are whole. */
function readLines(recordDir: string, name: string): string[] {
  try {
    return readFileSync(join(recordDir, name), 'utf8').split('\n').slice(0, -1);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function wholeNumber(line: string | null): number | null {
  return line !== null && /^\d+$/.test(line) ? Number(line) : null;
}
