import type { JobExecutionInfo, WorkflowExecutionInfo, WorkflowInfo } from '@aiflow/core';
import { project } from '../workflow.ts';
import { nameOf } from './follow.ts';
import type { ModelAttempt, ModelExecution, ModelWorkflow, State, Version } from './state.ts';
import { versionOf } from './state.ts';

/** What a scheduler is to tell of each, by the model's names; of an error only its code. */
export type AttemptShown = Omit<JobExecutionInfo, 'error'> & { readonly error: string | null };

export function workflowInfo(state: State, { version, isPaused }: ModelWorkflow): WorkflowInfo {
  return infoOf(versionOf(state, version), isPaused);
}

/** Its workflow is the version that it runs, with the flag that the name has now. */
export function executionInfo(state: State, execution: ModelExecution): WorkflowExecutionInfo {
  const { name, workflowName, version, status, reason, context, startedAt, endedAt } = execution;
  const isPaused = state.workflows.get(workflowName)?.isPaused ?? false;
  const info = infoOf(versionOf(state, version), isPaused);
  return {
    workflowExecutionId: name,
    workflowInfo: info,
    status,
    reason,
    properties: info.properties,
    context,
    startDate: date(startedAt),
    endDate: date(endedAt),
    unscheduledJobs: execution.unscheduled.toSorted(),
  };
}

export function attemptInfo(attempt: ModelAttempt): AttemptShown {
  const { name, execution, jobName, number, status, reason, error, begunAt, endedAt, hasLogs } = attempt;
  return {
    jobName,
    jobExecutionId: name,
    attemptNumber: number,
    workflowExecutionId: execution.name,
    status,
    reason: reason as JobExecutionInfo['reason'],
    startDate: status === 'INIT' ? null : date(begunAt),
    endDate: date(endedAt),
    executionLabel: null,
    logDir: hasLogs ? `/scripted/${name}` : null,
    values: status === 'FINISHED' ? { node: jobName } : {},
    error,
  };
}

/** The same of what the scheduler tells. */
export function shown(info: JobExecutionInfo): AttemptShown {
  return { ...info, error: info.error?.code ?? null };
}

/** With what the scheduler calls them in place of the model's names. */
export function translated(state: State, value: unknown): unknown {
  if (typeof value === 'string') {
    const root = '/scripted/';
    if (value.startsWith(root)) return root + nameOf(state, value.slice(root.length));
    return nameOf(state, value);
  }
  if (Array.isArray(value)) return value.map((item) => translated(state, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, translated(state, item)]));
}

function infoOf({ workflow, snapshotId }: Version, isPaused: boolean): WorkflowInfo {
  const { workflowName, properties } = workflow;
  return { namespace: project, workflowName, properties, snapshotId, isPaused };
}

function date(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
