import type { WorkflowExecutionInfo } from '@aiflow/core';
import { toWire } from '@aiflow/core';
import { jsonText } from './json.ts';
import { table } from './table.ts';

/** Executions, for people or as one JSON list. */
export function executionsText(executions: readonly WorkflowExecutionInfo[], json: boolean): string {
  if (json) return jsonText(executions.map(asJson));
  const rows = executions.map(({ workflowExecutionId, status, reason, startDate, endDate }) => [
    workflowExecutionId,
    status,
    reason ?? '',
    startDate ?? '',
    endDate ?? '',
  ]);
  return table(['EXECUTION', 'STATUS', 'REASON', 'START', 'END'], rows);
}

function asJson(execution: WorkflowExecutionInfo): unknown {
  const { workflowInfo, workflowExecutionId, status, reason, context, startDate, endDate, unscheduledJobs } =
    execution;
  const { namespace: projectName, workflowName, snapshotId } = workflowInfo;
  return toWire({
    workflowExecutionId,
    projectName,
    workflowName,
    snapshotId,
    status,
    reason,
    context,
    startDate,
    endDate,
    unscheduledJobs,
  });
}
