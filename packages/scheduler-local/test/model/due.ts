import { act, configOf, enqueue, stopAttempt } from './attempts.ts';
import { addExecution } from './executions.ts';
import type { ModelExecution, ModelWorkflow, State } from './state.ts';
import { isOpen, versionOf } from './state.ts';
import { dueOf, intervalOf, tickAfter } from './workflows.ts';

/** A schedule that has a tick: of a job, or of a workflow. */
interface Tick {
  readonly at: number;
  readonly take: () => void;
}

/** When something is to be done next; null for never. */
export function nextDue(state: State): number | null {
  const times = [
    ...state.attempts.filter(isOpen).map(({ dueAt }) => dueAt ?? Infinity),
    ...[...jobTicks(state), ...workflowTicks(state)].map(({ at }) => at),
  ];
  const next = Math.min(...times);
  return next === Infinity ? null : next;
}

/**
 * Does what is due. Of ticks of the same moment nobody says which is first: `order` picks among the ways that there
 * are, and this gives how many those are.
 */
export function takeDue(state: State, order: number): number {
  for (const attempt of state.attempts) {
    if (!isOpen(attempt) || attempt.dueAt === null || attempt.dueAt > state.now) continue;
    if (attempt.begunAt === null) enqueue(attempt);
    else stopAttempt(attempt, attempt.stopFor ?? 'timeout');
    attempt.dueAt = null;
  }
  const isDue = ({ at }: Tick): boolean => at <= state.now;
  const jobs = orderOf(jobTicks(state).filter(isDue), order);
  const workflows = orderOf(workflowTicks(state).filter(isDue), Math.floor(order / jobs.ways));
  for (const { take } of [...jobs.inOrder, ...workflows.inOrder]) take();
  return jobs.ways * workflows.ways;
}

function jobTicks(state: State): Tick[] {
  return state.executions
    .filter(isOpen)
    .flatMap((execution) =>
      execution.reason === 'stopping' ? [] : execution.ticks.map((tick) => jobTick(state, execution, tick)),
    );
}

function jobTick(state: State, execution: ModelExecution, tick: ModelExecution['ticks'][number]): Tick {
  const schedule = configOf(state, execution, tick.jobName).schedules?.[tick.schedule];
  if (schedule === undefined) throw new Error('the model has a tick without a schedule');
  const interval = intervalOf(schedule);
  return {
    at: tickAfter(interval, tick.last),
    take: () => {
      const { times, last } = dueOf(interval, tick.last, state.now);
      tick.last = last;
      // Begun twice at once, a job would only lose the first.
      if (times > 0) act(state, execution, tick.jobName, 'RESTART');
    },
  };
}

function workflowTicks(state: State): Tick[] {
  return [...state.workflows.values()].flatMap((workflow) =>
    workflow.isPaused
      ? []
      : [...workflow.ticks].map(([text, last]) => workflowTick(state, workflow, text, last)),
  );
}

function workflowTick(state: State, workflow: ModelWorkflow, text: string, before: number): Tick {
  const schedules = versionOf(state, workflow.version).workflow.schedules;
  const schedule = schedules.find((each) => JSON.stringify(each) === text);
  if (schedule === undefined) throw new Error('the model has a tick without a schedule');
  const interval = intervalOf(schedule);
  return {
    at: tickAfter(interval, before),
    take: () => {
      const { times, last } = dueOf(interval, before, state.now);
      workflow.ticks.set(text, last);
      for (let left = times; left > 0; left -= 1) addExecution(state, workflow, null);
    },
  };
}

/**
 * One of the orders in which ticks can come, which never puts a later one before an earlier, and how many there are:
 * they are not listed, for of ten ticks at once there are millions.
 */
function orderOf(ticks: readonly Tick[], order: number): { readonly inOrder: Tick[]; readonly ways: number } {
  const left = ticks.toSorted((a, b) => a.at - b.at);
  const inOrder: Tick[] = [];
  let [rest, ways] = [order, 1];
  while (left.length > 0) {
    const next = left.filter(({ at }) => at === left[0]?.at).length;
    inOrder.push(...left.splice(rest % next, 1));
    rest = Math.floor(rest / next);
    ways *= next;
  }
  return { inOrder, ways };
}
