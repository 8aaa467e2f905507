import type { NewEvent } from '@aiflow/core';
import { addAttempt, restartAttempt, stopAttempt } from './attempts.ts';
import { addExecution, openExecutionsOf, stopExecution } from './executions.ts';
import { attemptInfo, executionInfo, workflowInfo } from './infos.ts';
import { publish } from './publish.ts';
import type { ModelExecution, State } from './state.ts';
import { attemptsOf, isOpen, openAttempt, versionOf } from './state.ts';
import { settleTransaction } from './transaction.ts';

/** What a request is to be answered with, and from when on; `error` is the code of what it is refused with. */
export interface Answer {
  readonly isDue: (state: State) => boolean;
  readonly value: (state: State) => unknown;
}

export class Refused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export function now(value: unknown): Answer {
  return { isDue: () => true, value: () => value };
}

/** The same key gives the execution of the first call. */
export function startExecution(
  state: State,
  workflowName: string,
  context: string | null,
  key: string | null,
): Answer {
  const workflow = state.workflows.get(workflowName);
  if (workflow === undefined) return now(null);
  const before = state.executions.find(
    (each) => key !== null && each.idempotencyKey === key && each.workflowName === workflowName,
  );
  if (before !== undefined) return now(executionInfo(state, before));
  const added = addExecution(state, workflow, context, key);
  settleTransaction(state);
  return now(executionInfo(state, added));
}

export function stopOne(state: State, name: string): Answer {
  const execution = executionNamed(state, name);
  if (execution === null) return now(null);
  if (isOpen(execution)) {
    stopExecution(state, execution);
    settleTransaction(state);
  }
  const find = (state: State): ModelExecution => executionNamed(state, name) ?? execution;
  return {
    isDue: (state) => !isOpen(find(state)),
    value: (state) => executionInfo(state, find(state)),
  };
}

/** Newest first, each with what follows from it. */
export function stopAll(state: State, workflowName: string): Answer {
  const open = openExecutionsOf(state, workflowName).toReversed();
  const names = open.map(({ name }) => name);
  for (const execution of open) {
    stopExecution(state, execution);
    settleTransaction(state);
  }
  const find = (state: State): ModelExecution[] =>
    state.executions.filter(({ name }) => names.includes(name)).toReversed();
  return {
    isDue: (state) => !find(state).some(isOpen),
    value: (state) => find(state).map((each) => executionInfo(state, each)),
  };
}

export function pause(state: State, name: string, isPaused: boolean): Answer {
  const workflow = state.workflows.get(name);
  if (workflow === undefined) return now(null);
  workflow.isPaused = isPaused;
  return now(workflowInfo(state, workflow));
}

export function deleteWorkflow(state: State, name: string): Answer {
  const workflow = state.workflows.get(name);
  if (workflow === undefined) return now(null);
  const info = workflowInfo(state, workflow);
  state.workflows.delete(name);
  return { isDue: stopAll(state, name).isDue, value: () => info };
}

export function startJob(state: State, executionName: string, jobName: string): Answer {
  const execution = executionNamed(state, executionName);
  if (execution === null || !hasJob(state, execution, jobName)) return now(null);
  if (!isRunning(execution) || openAttempt(state, execution, jobName) !== null) return notAllowed();
  addAttempt(state, execution, jobName);
  settleTransaction(state);
  return now(attemptNow(state, execution, jobName));
}

export function stopJob(state: State, executionName: string, jobName: string): Answer {
  const execution = executionNamed(state, executionName);
  if (execution === null || !hasJob(state, execution, jobName)) return now(null);
  const open = openAttempt(state, execution, jobName);
  if (open === null) return notAllowed();
  stopAttempt(open, 'stop');
  const { name } = open;
  return {
    isDue: (state) => !isOpen(attemptNamed(state, name)),
    value: (state) => attemptInfo(attemptNamed(state, name)),
  };
}

/** The attempt that follows: that it is there is promised, and not what has become of it meanwhile. */
export function restartJob(state: State, executionName: string, jobName: string): Answer {
  const execution = executionNamed(state, executionName);
  if (execution === null || !hasJob(state, execution, jobName)) return now(null);
  if (!isRunning(execution)) return notAllowed();
  const open = openAttempt(state, execution, jobName);
  if (open === null) addAttempt(state, execution, jobName);
  else restartAttempt(open);
  settleTransaction(state);
  if (open === null || open.stopFor === null) return now(attemptNow(state, execution, jobName));
  const { name, number } = open;
  return {
    isDue: (state) => !isOpen(attemptNamed(state, name)),
    value: (state) => {
      const followed = attemptsOf(state, attemptNamed(state, name).execution, jobName)[number];
      if (followed === undefined) throw new Refused('scheduler.not_allowed');
      return { jobExecutionId: followed.name, attemptNumber: followed.number };
    },
  };
}

/** Those of one call are appended together, and then told. The same sender and sequence again changes nothing. */
export function publishAll(state: State, events: readonly NewEvent[]): Answer {
  const published = events.map((event) => {
    const key = JSON.stringify([event.sender, event.sequence]);
    const before = state.published.get(key);
    if (before !== undefined) return before;
    publish(state, event);
    const appended = { ...state.log.at(-1), version: state.log.length };
    if (event.sequence !== undefined) state.published.set(key, appended);
    return appended;
  });
  settleTransaction(state);
  return now(published);
}

/** Rules and ticks do nothing to the job from now on, or again. */
export function setScheduled(
  state: State,
  executionName: string,
  jobName: string,
  isScheduled: boolean,
): Answer {
  const execution = executionNamed(state, executionName);
  if (execution === null || !hasJob(state, execution, jobName)) return now(null);
  if (!isRunning(execution)) return notAllowed();
  const others = execution.unscheduled.filter((each) => each !== jobName);
  execution.unscheduled = isScheduled ? others : [...others, jobName];
  return now(executionInfo(state, execution));
}

function attemptNow(state: State, execution: ModelExecution, jobName: string): unknown {
  const attempt = attemptsOf(state, execution, jobName).at(-1);
  return attempt === undefined ? null : attemptInfo(attempt);
}

function hasJob(state: State, { version }: ModelExecution, jobName: string): boolean {
  return versionOf(state, version).workflow.jobs.some(({ config }) => config.jobName === jobName);
}

function isRunning({ status, reason, endedAt }: ModelExecution): boolean {
  return status === 'RUNNING' && reason === null && endedAt === null;
}

function notAllowed(): Answer {
  return {
    isDue: () => true,
    value: () => {
      throw new Refused('scheduler.not_allowed');
    },
  };
}

function executionNamed({ executions }: State, name: string): ModelExecution | null {
  return executions.find((each) => each.name === name) ?? null;
}

function attemptNamed({ attempts }: State, name: string): State['attempts'][number] {
  const found = attempts.find((each) => each.name === name);
  if (found === undefined) throw new Error(`the model has no ${name}`);
  return found;
}
