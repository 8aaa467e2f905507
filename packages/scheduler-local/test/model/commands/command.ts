import type * as fc from 'fast-check';
import type { Pair } from '../pair.ts';
import type { Real } from '../real.ts';
import { versionOf } from '../state.ts';

export type Command = fc.AsyncCommand<Pair, Real>;

/** One thing that happens to both, after which they must agree. Time goes on by a little before it. */
export function command(text: string, run: (pair: Pair) => Promise<void> | void): Command {
  return {
    check: () => true,
    run: async (pair) => {
      await pair.pass(1);
      await run(pair);
      await pair.agree();
    },
    toString: () => text,
  };
}

/** By the model's name. The newest executions are asked for most often, and now and then one that there is not. */
export function pickExecution({ state }: Pair, picked: number): string {
  const recent = state.executions.slice(-4).toReversed();
  const found = picked === 100 ? undefined : recent[picked % Math.max(1, recent.length)];
  return found?.name ?? 'no such execution';
}

/** A job of an execution, or now and then one that it has not. */
export function pickJob({ state }: Pair, executionName: string, picked: number): string {
  const version = state.executions.find(({ name }) => name === executionName)?.version;
  if (version === undefined || picked === 100) return 'no_such_job';
  const names = versionOf(state, version).workflow.jobs.map(({ config }) => config.jobName);
  return names[picked % names.length] ?? '';
}
