import { constants } from 'node:os';

const names = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** The signal that a shell means by an exit code of 128 + n; null for any other code. */
export function signalOf(exitCode: number): string | null {
  return exitCode > 128 ? (names.get(exitCode - 128) ?? null) : null;
}
