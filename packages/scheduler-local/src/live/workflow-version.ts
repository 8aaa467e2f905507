import type { Job, JobRule, Workflow } from '@aiflow/core';
import { RuleBook } from '@aiflow/core';
import type { VersionRow } from '../store/workflows.ts';

/** A workflow version as an execution uses it, with its indexes. Built once for each version. */
export interface WorkflowVersion {
  readonly versionId: number;
  readonly snapshotId: string;
  readonly snapshotUri: string;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly rules: RuleBook<JobRule>;
  /** The jobs that start with the execution: those without a START rule and without a schedule. */
  readonly startJobs: readonly string[];
}

export function indexVersion(row: VersionRow): WorkflowVersion {
  const workflow = JSON.parse(row.workflow) as Workflow;
  const waiting = new Set(
    workflow.rules.filter((rule) => rule.action === 'START').map((rule) => rule.jobName),
  );
  const starting = workflow.jobs.filter(
    ({ config: { jobName, schedules = [] } }) => !waiting.has(jobName) && schedules.length === 0,
  );
  return {
    versionId: row.version_id,
    snapshotId: row.snapshot_id,
    snapshotUri: row.snapshot_uri,
    jobs: new Map(workflow.jobs.map((job) => [job.config.jobName, job])),
    rules: new RuleBook(workflow.rules),
    startJobs: starting.map((job) => job.config.jobName),
  };
}
