import { configOf } from './attempts.ts';
import type { ModelAttempt, State } from './state.ts';
import { isOpen, versionOf } from './state.ts';

/**
 * Begins the attempts that may begin, in the order in which they came. One for which its execution or its pool is
 * full holds up only those behind it that wait for the same.
 */
export function fillPlaces(state: State): void {
  const linesWithSomebody = new Set<string>();
  for (const attempt of state.attempts) {
    if (!isOpen(attempt) || attempt.begunAt !== null) continue;
    if (attempt.stopFor !== null || attempt.dueAt !== null) continue;
    const running = state.attempts.filter((each) => isOpen(each) && each.begunAt !== null);
    if (running.length >= state.maxRunning) return;
    const full = fullLine(state, attempt, running, linesWithSomebody);
    if (full !== null) linesWithSomebody.add(full);
    else begin(state, attempt);
  }
}

function begin(state: State, attempt: ModelAttempt): void {
  attempt.begunAt = state.now;
  attempt.reason = null;
  attempt.outside = { arrive: 'runs', unheard: 'unheard', lost: 'nothing' }[
    state.starts
  ] as typeof attempt.outside;
}

function fullLine(
  state: State,
  attempt: ModelAttempt,
  running: readonly ModelAttempt[],
  linesWithSomebody: ReadonlySet<string>,
): string | null {
  const { execution, jobName } = attempt;
  const limit = versionOf(state, execution.version).workflow.limits.jobs ?? Infinity;
  const own = running.filter((each) => each.execution === execution).length;
  if (own >= limit || linesWithSomebody.has(execution.name)) return execution.name;
  const { pool } = configOf(state, execution, jobName);
  if (pool === undefined) return null;
  const line = `pool:${pool}`;
  const taken = running
    .filter((each) => configOf(state, each.execution, each.jobName).pool === pool)
    .reduce((sum, each) => sum + slotsOf(state, each), 0);
  const isFull = taken + slotsOf(state, attempt) > (state.pools[pool] ?? 0);
  return isFull || linesWithSomebody.has(line) ? line : null;
}

function slotsOf(state: State, { execution, jobName }: ModelAttempt): number {
  return configOf(state, execution, jobName).poolSlots ?? 1;
}
