import { randomUUID } from 'node:crypto';
import type { Attempt, JobExecutionInfo, JobResult, StatusReason } from '@aiflow/core';
import { messageOf } from '@aiflow/core';
import type { StoredExecution } from './store.ts';

export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => false,
    () => false,
  );
  const later = new Promise<boolean>((resolve) => setImmediate(() => resolve(true)));
  return await Promise.race([settled, later]);
}

export function attemptOf(
  { definition, parameters, info: { workflowExecutionId, context } }: StoredExecution,
  info: JobExecutionInfo,
): Attempt {
  const { workflow, project } = definition;
  const job = workflow.jobs.find(({ config }) => config.jobName === info.jobName);
  if (job === undefined) throw new Error(`the workflow has no job ${info.jobName}`);
  return {
    attemptId: info.jobExecutionId,
    attemptNumber: info.attemptNumber,
    workflowExecutionId,
    projectName: project.projectName,
    workflowName: workflow.workflowName,
    snapshotId: project.snapshotId,
    snapshotUri: project.uri,
    job,
    context,
    parameters,
  };
}

export function newAttempt(execution: StoredExecution, jobName: string, retry: number): JobExecutionInfo {
  const attemptNumber = execution.attempts.filter((attempt) => attempt.jobName === jobName).length + 1;
  return {
    jobName,
    jobExecutionId: randomUUID(),
    attemptNumber,
    workflowExecutionId: execution.info.workflowExecutionId,
    status: 'INIT',
    reason: retry > 0 ? 'retrying' : 'queued',
    startDate: null,
    endDate: null,
    executionLabel: null,
    logDir: null,
    values: {},
    error: null,
  };
}

/** How an attempt ends whose end cannot be known. */
export function lostResult(error: unknown): JobResult & { readonly reason: StatusReason } {
  const message = messageOf(error);
  return {
    status: 'FAILED',
    values: {},
    error: { code: 'scheduler.lost', message, context: {} },
    reason: 'lost',
  };
}
