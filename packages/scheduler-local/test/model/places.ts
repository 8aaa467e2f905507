import { configOf } from './attempts.ts';
import type { ModelAttempt, State } from './state.ts';
import { isOpen, versionOf } from './state.ts';

/**
 * Begins the attempts that may begin, in the order in which they came. One waits for its workflow or for its pool,
 * whichever it was found to lack, and is looked at again when that has room; it holds up only those behind it that wait
 * for the same.
 */
export function fillPlaces(state: State): void {
  for (let changed = true; changed;) {
    changed = state.attempts.some(
      (attempt) => isQueued(attempt) && hasPlace(state) && lookAt(state, attempt),
    );
  }
}

/** Whether something is otherwise after it. */
function lookAt(state: State, attempt: ModelAttempt): boolean {
  const { waitsFor } = attempt;
  if (waitsFor !== null && !admits(state, waitsFor, attempt)) return false;
  attempt.waitsFor = linesOf(state, attempt).find((line) => !admits(state, line, attempt)) ?? null;
  if (attempt.waitsFor === null) begin(state, attempt);
  return true;
}

function begin(state: State, attempt: ModelAttempt): void {
  attempt.begunAt = state.now;
  attempt.reason = null;
  const outside = { arrive: 'runs', unheard: 'unheard', lost: 'nothing' } as const;
  attempt.outside = outside[state.starts];
}

function isQueued({ endedAt, begunAt, stopFor, dueAt, isSought }: ModelAttempt): boolean {
  return !isSought && endedAt === null && begunAt === null && stopFor === null && dueAt === null;
}

function running({ attempts }: State): ModelAttempt[] {
  return attempts.filter((each) => isOpen(each) && each.begunAt !== null);
}

function hasPlace(state: State): boolean {
  return running(state).length < state.maxRunning;
}

/** What an attempt needs a place in: its workflow, and its pool. */
function linesOf(state: State, { execution, jobName }: ModelAttempt): string[] {
  const { pool } = configOf(state, execution, jobName);
  return [`workflow:${execution.workflowName}`, ...(pool === undefined ? [] : [`pool:${pool}`])];
}

/** Whether there is room, and nobody waits for it who came before. */
function admits(state: State, line: string, attempt: ModelAttempt): boolean {
  const before = state.attempts.slice(0, state.attempts.indexOf(attempt));
  if (before.some((each) => isQueued(each) && each.waitsFor === line)) return false;
  const taken = running(state)
    .filter((each) => linesOf(state, each).includes(line))
    .reduce((sum, each) => sum + slotsIn(state, line, each), 0);
  return taken + slotsIn(state, line, attempt) <= sizeOf(state, line, attempt);
}

function sizeOf(state: State, line: string, { execution }: ModelAttempt): number {
  const [, pool] = line.split('pool:');
  if (pool !== undefined) return state.pools[pool] ?? 0;
  return versionOf(state, execution.version).workflow.limits.jobs ?? Infinity;
}

function slotsIn(state: State, line: string, { execution, jobName }: ModelAttempt): number {
  return line.startsWith('pool:') ? (configOf(state, execution, jobName).poolSlots ?? 1) : 1;
}
