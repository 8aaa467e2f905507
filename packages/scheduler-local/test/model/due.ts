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
  const ways = [waysOf(jobTicks(state).filter(isDue)), waysOf(workflowTicks(state).filter(isDue))] as const;
  const [jobs, workflows] = ways;
  for (const { take } of jobs[order % jobs.length] ?? []) take();
  for (const { take } of workflows[Math.floor(order / jobs.length) % workflows.length] ?? []) take();
  return jobs.length * workflows.length;
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

/** All orders in which ticks can come that do not put a later one before an earlier. */
function waysOf(ticks: readonly Tick[]): Tick[][] {
  if (ticks.length === 0) return [[]];
  const first = Math.min(...ticks.map(({ at }) => at));
  return ticks
    .filter(({ at }) => at === first)
    .flatMap((tick) => waysOf(ticks.filter((other) => other !== tick)).map((rest) => [tick, ...rest]));
}
