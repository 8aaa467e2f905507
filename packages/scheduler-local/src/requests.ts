import type {
  JobExecutionInfo,
  ProjectContext,
  StartExecutionOptions,
  Workflow,
  WorkflowExecutionInfo,
  WorkflowInfo,
} from '@aiflow/core';
import { AIFlowError, canonicalJson } from '@aiflow/core';
import { checkPools } from './check-submission.ts';
import { executionInfo, jobExecutionInfo, workflowInfo } from './infos.ts';
import type { LiveAttempt, LiveExecution } from './live/live-execution.ts';
import type { Session } from './session.ts';

/**
 * What somebody asks of the scheduler, each to be run within a transaction: it asks first (null for what does not
 * exist, `scheduler.not_allowed` for what must not be now) and writes then. Where the answer comes later, `ended` is
 * the promise of it. It is inside an object, because a promise alone would be waited for before the commit is told.
 */

export interface Stopping {
  readonly executionId: string;
  readonly ended: Promise<void>;
}

export interface StoppingJob {
  readonly attemptSeq: number;
  readonly ended: Promise<void>;
}

export function submitWorkflow(
  { transitions, clock, config }: Session,
  workflow: Workflow,
  project: ProjectContext,
): WorkflowInfo {
  checkPools(workflow.jobs, config.pools);
  return workflowInfo(transitions.workflows.submit(workflow, project, clock.now()));
}

export function startExecution(
  { store, transitions, config }: Session,
  projectName: string,
  workflowName: string,
  options: StartExecutionOptions,
): WorkflowExecutionInfo | null {
  const workflow = store.workflows.get(projectName, workflowName);
  if (workflow === null) return null;
  const idempotencyKey = options.idempotencyKey ?? null;
  if (idempotencyKey !== null) {
    const before = store.executions.byIdempotencyKey(projectName, workflowName, idempotencyKey);
    if (before !== null) return executionInfo(before);
  }
  checkPools(transitions.live.version(workflow.version_id).jobs.values(), config.pools); // which may have changed
  const row = transitions.startExecution({
    projectName,
    workflowName,
    versionId: workflow.version_id,
    context: options.context ?? null,
    parameters: canonicalJson(options.parameters ?? {}),
    idempotencyKey,
  });
  return executionInfo(row);
}

/** An execution that had ended has nothing to wait for. */
export function stopExecution(session: Session, executionId: string): Stopping | null {
  const execution = session.transitions.live.executions.get(executionId);
  if (execution !== undefined) return stop(session, execution);
  if (session.store.executions.get(executionId) === null) return null;
  return { executionId, ended: Promise.resolve() };
}

/** Of those that have not ended, newest first. */
export function stopExecutions(
  session: Session,
  projectName: string,
  workflowName: string,
): readonly Stopping[] {
  const executions = session.transitions.live.executionsOf(projectName, workflowName);
  return executions.toReversed().map((execution) => stop(session, execution));
}

export function deleteWorkflow(
  session: Session,
  projectName: string,
  workflowName: string,
): { readonly info: WorkflowInfo; readonly stopping: readonly Stopping[] } | null {
  const row = session.store.workflows.get(projectName, workflowName);
  if (row === null) return null;
  session.transitions.workflows.remove(projectName, workflowName); // at once, so that nothing starts of it meanwhile
  return { info: workflowInfo(row), stopping: stopExecutions(session, projectName, workflowName) };
}

export function pauseWorkflow(
  { transitions }: Session,
  projectName: string,
  workflowName: string,
  isPaused: boolean,
): WorkflowInfo | null {
  const row = transitions.workflows.setPaused(projectName, workflowName, isPaused);
  return row === null ? null : workflowInfo(row);
}

export function startJob(session: Session, jobName: string, executionId: string): JobExecutionInfo | null {
  if (!hasJob(session, jobName, executionId)) return null;
  const execution = runningExecution(session, executionId, `job "${jobName}" cannot be started`);
  const open = execution.open.get(jobName);
  if (open !== undefined) {
    throw notAllowed(
      `job "${jobName}" cannot be started: attempt ${open.attemptNumber} of it has not ended yet`,
    );
  }
  const seq = session.transitions.startJob(execution, jobName);
  return jobExecutionInfo(session.store.attempts.get(seq), executionId);
}

export function stopJob(session: Session, jobName: string, executionId: string): StoppingJob | null {
  if (!hasJob(session, jobName, executionId)) return null;
  const attempt = session.transitions.live.executions.get(executionId)?.open.get(jobName);
  if (attempt === undefined)
    throw notAllowed(`job "${jobName}" cannot be stopped: no attempt of it is under way`);
  session.transitions.stopJob(attempt);
  return { attemptSeq: attempt.seq, ended: session.untilEnded(attempt.attemptId) };
}

/** The attempt that follows, or what is to end before there is one. */
export function restartJob(
  session: Session,
  jobName: string,
  executionId: string,
): JobExecutionInfo | { readonly stopped: LiveAttempt; readonly ended: Promise<void> } | null {
  if (!hasJob(session, jobName, executionId)) return null;
  const { store, transitions } = session;
  const execution = runningExecution(session, executionId, `job "${jobName}" cannot be restarted`);
  const attempt = execution.open.get(jobName);
  if (attempt === undefined) {
    return jobExecutionInfo(store.attempts.get(transitions.startJob(execution, jobName)), executionId);
  }
  transitions.restartJob(attempt);
  if (attempt.stopFor === null) return jobExecutionInfo(store.attempts.get(attempt.seq), executionId);
  return { stopped: attempt, ended: session.untilEnded(attempt.attemptId) };
}

export function setScheduled(
  session: Session,
  jobName: string,
  executionId: string,
  isScheduled: boolean,
): WorkflowExecutionInfo | null {
  if (!hasJob(session, jobName, executionId)) return null;
  const what = `the scheduling of job "${jobName}" cannot be ${isScheduled ? 'resumed' : 'stopped'}`;
  const execution = runningExecution(session, executionId, what);
  session.transitions.setScheduled(execution, jobName, isScheduled);
  const row = session.store.executions.get(executionId);
  return row === null ? null : executionInfo(row);
}

/** The attempt that came after one that was stopped to be restarted. */
export function nextAttempt({ store }: Session, stopped: LiveAttempt): JobExecutionInfo {
  const { attemptNumber, jobName, execution } = stopped;
  const next = store.attempts.ofJob(execution.seq, jobName).find((row) => row.attempt_number > attemptNumber);
  if (next !== undefined) return jobExecutionInfo(next, execution.executionId);
  const { status, reason } = store.attempts.get(stopped.seq);
  const why =
    reason === 'lost' ? 'whether something of it still runs is not known' : 'a stop was asked for meanwhile';
  throw notAllowed(
    `job "${jobName}" was not started again: attempt ${attemptNumber} of it ended ${status}, and ${why}`,
  );
}

/** Whether the execution and, in the workflow version that it runs, the job exist. */
export function hasJob({ store, transitions }: Session, jobName: string, executionId: string): boolean {
  const row = store.executions.get(executionId);
  return row !== null && transitions.live.version(row.version_id).jobs.has(jobName);
}

function stop(session: Session, execution: LiveExecution): Stopping {
  session.transitions.stopExecution(execution);
  return { executionId: execution.executionId, ended: session.untilEnded(execution.executionId) };
}

function runningExecution(session: Session, executionId: string, what: string): LiveExecution {
  const execution = session.transitions.live.executions.get(executionId);
  if (execution === undefined) throw notAllowed(`${what}: execution ${executionId} has ended`);
  if (execution.waiting) throw notAllowed(`${what}: execution ${executionId} waits for others to end`);
  if (execution.stopping) throw notAllowed(`${what}: execution ${executionId} is being stopped`);
  return execution;
}

function notAllowed(message: string): AIFlowError {
  return new AIFlowError('scheduler.not_allowed', message);
}
