import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from './report.ts';

/** One thing that is measured; its file is named after it. */
export interface Bench {
  /** One line for `--help`. */
  readonly summary: string;
  run(context: BenchContext): Promise<void>;
}

export interface BenchContext {
  readonly report: Report;
  /** A new directory outside the repository, removed afterwards. */
  readonly directory: string;
  /** A number of jobs, files or rounds as this run wants it: the full one times `--scale`, and 1 at least. */
  readonly scaled: (full: number) => number;
}

/** Runs a bench in a directory of its own. */
export async function runBench(bench: Bench, scale: number, report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'aiflow-bench-'));
  try {
    await bench.run({ report, directory, scaled: (full) => Math.max(1, Math.round(full * scale)) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
