/** One line of the result: what we take beside what something else takes in the same run. */
interface Measurement {
  readonly what: string;
  readonly ours: string;
  /** The other program, and what it takes. */
  readonly beside: string;
  /** Ours divided by the other's; null where nothing was compared. */
  readonly ratio: number | null;
  readonly goal?: { readonly text: string; readonly met: boolean };
}

/** Prints measurements and what explains them, as they come. */
export interface Report {
  measured(measurement: Measurement): void;
  /** A line that explains the measurement before it. */
  note(text: string): void;
  /** A measurement that cannot be made here, and why. */
  skipped(what: string, reason: string): void;
}

export function createReport(write: (text: string) => void): Report {
  return {
    measured: ({ what, ours, beside, ratio, goal }) => {
      const factor = ratio === null ? '' : `${ratio.toFixed(2)} ×`;
      const verdict = goal === undefined ? '' : `   goal ${goal.text}: ${goal.met ? 'met' : 'MISSED'}`;
      write(`${factor.padStart(9)}  ${what}: ${ours} beside ${beside}${verdict}\n`);
    },
    note: (text) => write(`${' '.repeat(11)}${text}\n`),
    skipped: (what, reason) => write(`${'skipped'.padStart(9)}  ${what}: ${reason}\n`),
  };
}

/** A duration in milliseconds, for people. */
export function describeTime(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(1)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
}
