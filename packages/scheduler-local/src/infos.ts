import type {
  JobExecutionInfo,
  JobResultError,
  Json,
  JsonObject,
  WorkflowExecutionInfo,
  WorkflowInfo,
} from '@aiflow/core';
import type { AttemptRow } from './store/attempts.ts';
import type { ExecutionRow } from './store/executions.ts';
import type { WorkflowRow } from './store/workflows.ts';

export function workflowInfo(row: WorkflowRow): WorkflowInfo {
  return {
    namespace: row.project_name,
    workflowName: row.workflow_name,
    properties: JSON.parse(row.properties) as JsonObject,
    snapshotId: row.snapshot_id,
    isPaused: row.is_paused === 1,
  };
}

/** Its workflow is the version that it runs, with the flag that the name has now. */
export function executionInfo(row: ExecutionRow): WorkflowExecutionInfo {
  return {
    workflowExecutionId: row.execution_id,
    workflowInfo: workflowInfo({ ...row, is_paused: row.is_paused ?? 0 }),
    status: row.status,
    reason: row.reason,
    properties: JSON.parse(row.properties) as JsonObject,
    context: row.context,
    startDate: date(row.started_at),
    endDate: date(row.ended_at),
    unscheduledJobs: (JSON.parse(row.unscheduled_jobs) as string[]).sort(),
  };
}

export function jobExecutionInfo(row: AttemptRow, workflowExecutionId: string): JobExecutionInfo {
  return {
    jobName: row.job_name,
    jobExecutionId: row.attempt_id,
    attemptNumber: row.attempt_number,
    workflowExecutionId,
    status: row.status,
    reason: row.reason,
    startDate: row.status === 'INIT' ? null : date(row.begun_at), // commanded is not yet begun
    endDate: date(row.ended_at),
    executionLabel: row.label,
    logDir: row.log_dir,
    values: row.result_values === null ? {} : (JSON.parse(row.result_values) as Record<string, Json>),
    error: row.error === null ? null : (JSON.parse(row.error) as JobResultError),
  };
}

function date(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
