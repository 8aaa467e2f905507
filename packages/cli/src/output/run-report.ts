import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { JobExecutionInfo, Json, Workflow, WorkflowExecutionInfo } from '@aiflow/core';
import { jobsOf, toWire } from '@aiflow/core';
import { between } from './duration.ts';
import { printable } from './printable.ts';
import { lastLines } from './tail.ts';

/** What a run came to, for people or as one JSON object. */
export function runReport(
  workflow: Workflow,
  execution: WorkflowExecutionInfo,
  attempts: readonly JobExecutionInfo[],
  json: boolean,
): string {
  const latest = new Map(attempts.map((attempt) => [attempt.jobName, attempt]));
  if (json) return `${JSON.stringify(asJson(workflow, execution, latest), null, 2)}\n`;
  const failures = [...latest.values()]
    .filter((attempt) => attempt.status === 'FAILED')
    .slice(0, mostFailures);
  const waiting = workflow.jobs.map((job) => job.config.jobName).filter((name) => !latest.has(name));
  const duration = between(execution.startDate, execution.endDate);
  const outputs = lastJobs(workflow).flatMap((jobName) => describeOutput(latest.get(jobName)));
  const lines = [
    ...outputs,
    ...(outputs.length > 0 ? [''] : []),
    ...failures.flatMap(describeFailure),
    ...(waiting.length > 0
      ? [`not started: ${waiting.slice(0, 20).join(', ')}${waiting.length > 20 ? ' …' : ''}`]
      : []),
    `${workflow.workflowName} ${execution.status}${duration === null ? '' : ` in ${duration}`} (${execution.workflowExecutionId})`,
  ];
  return `${lines.join('\n')}\n`;
}

const mostFailures = 10;
const mostLast = 3;
const tailLines = 10;

function asJson(
  workflow: Workflow,
  execution: WorkflowExecutionInfo,
  latest: ReadonlyMap<string, JobExecutionInfo>,
): Json {
  const jobs = workflow.jobs.map(({ config }) => {
    const attempt = latest.get(config.jobName);
    return toWire({
      jobName: config.jobName,
      jobType: config.jobType,
      status: attempt?.status ?? 'INIT',
      reason:
        attempt === undefined ? (execution.status === 'FAILED' ? 'upstream_failed' : null) : attempt.reason,
      attemptNumber: attempt?.attemptNumber ?? null,
      startDate: attempt?.startDate ?? null,
      endDate: attempt?.endDate ?? null,
      logDir: attempt?.logDir ?? null,
      values: attempt?.values ?? {},
      error: attempt?.error ?? null,
    });
  });
  const { workflowExecutionId, status, startDate, endDate, context, workflowInfo } = execution;
  return {
    workflow_execution_id: workflowExecutionId,
    project_name: workflowInfo.namespace,
    workflow_name: workflowInfo.workflowName,
    snapshot_id: workflowInfo.snapshotId,
    status,
    context,
    start_date: startDate,
    end_date: endDate,
    jobs,
  };
}

/** The jobs that no other waits for, when they are few: what they say is what the workflow comes to. */
function lastJobs(workflow: Workflow): string[] {
  const waitedFor = new Set(workflow.rules.flatMap((rule) => [...jobsOf(rule.condition)]));
  const last = workflow.jobs.map((job) => job.config.jobName).filter((jobName) => !waitedFor.has(jobName));
  return last.length <= mostLast ? last : [];
}

/** The last lines that a job which finished has printed. */
function describeOutput(attempt: JobExecutionInfo | undefined): string[] {
  if (attempt?.status !== 'FINISHED' || attempt.logDir === null) return [];
  const path = findLog(attempt.logDir, 'stdout.log');
  const lines = path === null ? [] : tail(path);
  return lines.length === 0
    ? []
    : ['', `${attempt.jobName}:`, ...lines.map((line) => `  | ${line}`.trimEnd())];
}

/** Why a job failed, where its log lies, and the log's last lines. */
function describeFailure(attempt: JobExecutionInfo): string[] {
  const lines = [`${attempt.jobName} failed: ${printable(attempt.error?.message ?? 'no reason is known')}`];
  if (attempt.logDir === null) return lines;
  const log = attempt.error?.context['log_path'];
  const path = typeof log === 'string' ? log : findLog(attempt.logDir, 'stderr.log');
  lines.push(`  log: ${path ?? attempt.logDir}`);
  if (path !== null) lines.push(...tail(path).map((line) => `  | ${line}`));
  return lines;
}

/** The attempt's log of this name, alone or with a node's name before it; the last one when there are several. */
function findLog(logDir: string, name: string): string | null {
  let names: string[];
  try {
    names = readdirSync(logDir);
  } catch {
    return null; // a log that cannot be read is not worth an error of its own beside the job's
  }
  const chosen = names.sort().findLast((found) => found.endsWith(name));
  return chosen === undefined ? null : join(logDir, chosen);
}

function tail(path: string): string[] {
  try {
    return lastLines(path, tailLines).map(printable);
  } catch {
    return []; // as above
  }
}
