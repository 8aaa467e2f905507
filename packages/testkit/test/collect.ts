import type { TestRunner } from '../src/index.ts';

interface CollectedCase {
  readonly name: string;
  readonly skipped: boolean;
  readonly run: () => Promise<void>;
}

export interface Failure {
  readonly name: string;
  readonly error: unknown;
}

/** A runner that keeps the cases instead of running them. */
export function collect(declare: (runner: TestRunner) => void): CollectedCase[] {
  const cases: CollectedCase[] = [];
  const it = (name: string, run: () => Promise<void>): void => void cases.push({ name, skipped: false, run });
  it.skip = (name: string, run: () => Promise<void>): void => void cases.push({ name, skipped: true, run });
  declare({ describe: (_, body) => body(), it });
  return cases;
}

export interface RunOptions {
  /** Which cases to run; all unless said. */
  readonly only?: (name: string) => boolean;
  /** How many at a time; 8 unless said. */
  readonly sideBySide?: number;
}

/** Runs the cases that are not skipped and gives those that fail, in the order of the suite. */
export async function failuresOf(
  declare: (runner: TestRunner) => void,
  options: RunOptions = {},
): Promise<Failure[]> {
  const { only = () => true, sideBySide = 8 } = options;
  const cases = collect(declare).filter(({ name, skipped }) => !skipped && only(name));
  const failures = new Map<string, Failure>();
  const pending = [...cases];
  const work = async (): Promise<void> => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      const { name } = next;
      try {
        await next.run();
      } catch (error) {
        failures.set(name, { name, error });
      }
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  return cases.flatMap(({ name }) => failures.get(name) ?? []);
}
