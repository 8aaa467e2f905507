import { addAttempt, stopAttempt } from './attempts.ts';
import { publishExecution } from './publish.ts';
import { newHistories, waitsForOutside } from './rules.ts';
import type { ModelExecution, ModelWorkflow, State } from './state.ts';
import { attemptsOf, isOpen, versionOf } from './state.ts';

/** Starts an execution of a workflow, which waits when as many run as may. */
export function addExecution(
  state: State,
  { name: workflowName, version }: ModelWorkflow,
  context: string | null,
  idempotencyKey: string | null = null,
): ModelExecution {
  const { workflow } = versionOf(state, version);
  const isQueued = runningOf(state, workflowName) >= (workflow.limits.executions ?? Infinity);
  const execution: ModelExecution = {
    name: `execution:${state.executions.length}`,
    workflowName,
    version,
    context,
    idempotencyKey,
    status: 'INIT',
    reason: 'queued',
    startedAt: null,
    endedAt: null,
    histories: newHistories(workflow.rules),
    kept: [],
    unscheduled: [],
    ticks: [],
  };
  state.executions.push(execution);
  enterAudience(state, execution);
  if (isQueued) publishExecution(state, execution, 'INIT');
  else beginExecution(state, execution);
  return execution;
}

/** Stops what is open of it; no rule acts in it any more. */
export function stopExecution(state: State, execution: ModelExecution): void {
  execution.reason = 'stopping';
  execution.status = 'RUNNING';
  for (const attempt of attemptsOf(state, execution)) if (isOpen(attempt)) stopAttempt(attempt, 'stop');
  state.perhapsOver.add(execution);
}

/** Ends those of which nothing is under way and nothing can come to be. */
export function endThoseOver(state: State, tellKept: (execution: ModelExecution) => void): void {
  for (const execution of state.perhapsOver) {
    if (isOpen(execution) && isOver(state, execution)) endExecution(state, execution, tellKept);
  }
  state.perhapsOver.clear();
}

export function openExecutionsOf({ executions }: State, workflowName: string): ModelExecution[] {
  return executions.filter((each) => each.workflowName === workflowName && isOpen(each));
}

function isOver(state: State, execution: ModelExecution): boolean {
  if (attemptsOf(state, execution).some(isOpen)) return false;
  return (
    execution.reason === 'stopping' || (execution.startedAt !== null && !isLongRunning(state, execution))
  );
}

function isLongRunning(state: State, { version }: ModelExecution): boolean {
  const { jobs, rules } = versionOf(state, version).workflow;
  return (
    jobs.some(({ config }) => config.schedules !== undefined) ||
    rules.some(({ action, condition }) => ['START', 'RESTART'].includes(action) && waitsForOutside(condition))
  );
}

function endExecution(
  state: State,
  execution: ModelExecution,
  tellKept: (execution: ModelExecution) => void,
): void {
  const jobs = versionOf(state, execution.version).workflow.jobs.map(({ config }) => config.jobName);
  const last = jobs.map((jobName) => attemptsOf(state, execution, jobName).at(-1));
  // One that its own rule stopped counts as well done.
  const ends = last.map((attempt) => (attempt?.reason === 'stopped_by_rule' ? null : attempt?.status));
  const wasStopped = execution.reason === 'stopping';
  if (ends.includes('FAILED')) execution.status = 'FAILED';
  else execution.status = wasStopped || ends.includes('KILLED') ? 'KILLED' : 'FINISHED';
  execution.reason = wasStopped && execution.status === 'KILLED' ? 'stopped' : null;
  execution.endedAt = state.now;
  leaveAudience(state, execution);
  execution.kept = [];
  publishExecution(state, execution, execution.status);
  for (;;) {
    const next = openExecutionsOf(state, execution.workflowName).find(({ reason }) => reason === 'queued');
    if (next === undefined) return;
    const limit = versionOf(state, next.version).workflow.limits.executions ?? Infinity;
    if (runningOf(state, next.workflowName) >= limit) return;
    beginExecution(state, next);
    tellKept(next);
  }
}

function beginExecution(state: State, execution: ModelExecution): void {
  const { jobs, rules } = versionOf(state, execution.version).workflow;
  Object.assign(execution, { status: 'RUNNING', reason: null, startedAt: state.now });
  publishExecution(state, execution, 'RUNNING');
  for (const { config } of jobs) {
    const waits = rules.some(({ jobName, action }) => jobName === config.jobName && action === 'START');
    if (!waits && config.schedules === undefined) addAttempt(state, execution, config.jobName);
    for (const schedule of (config.schedules ?? []).keys()) {
      execution.ticks.push({ jobName: config.jobName, schedule, last: state.now });
    }
  }
  state.perhapsOver.add(execution);
}

function runningOf(state: State, workflowName: string): number {
  return openExecutionsOf(state, workflowName).filter(({ startedAt }) => startedAt !== null).length;
}

function enterAudience({ audience }: State, execution: ModelExecution): void {
  let version = audience.find((each) => each.version === execution.version);
  if (version === undefined) audience.push((version = { version: execution.version, byContext: [] }));
  let place = version.byContext.find((each) => each.context === execution.context);
  if (place === undefined) version.byContext.push((place = { context: execution.context, executions: [] }));
  place.executions.push(execution);
}

function leaveAudience({ audience }: State, execution: ModelExecution): void {
  for (const version of audience) {
    for (const { executions } of version.byContext) {
      const at = executions.indexOf(execution);
      if (at >= 0) executions.splice(at, 1);
    }
    const left = version.byContext.filter(({ executions }) => executions.length > 0);
    version.byContext.splice(0, Infinity, ...left);
  }
  audience.splice(0, Infinity, ...audience.filter(({ byContext }) => byContext.length > 0));
}
