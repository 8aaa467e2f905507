import type {
  Event,
  EventContext,
  Job,
  JobRule,
  Schedule,
  Workflow,
  WorkflowLimits,
  WorkflowRule,
} from '@aiflow/core';
import { extractContext, isLongRunning, RuleBook, startsWithExecution } from '@aiflow/core';
import type { VersionRow } from '../store/workflows.ts';

/** A workflow version as an execution uses it, with its indexes. Built once for each version. */
export interface WorkflowVersion {
  readonly versionId: number;
  readonly projectName: string;
  readonly workflowName: string;
  readonly snapshotId: string;
  readonly snapshotUri: string;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly rules: RuleBook<JobRule>;
  readonly limits: WorkflowLimits;
  /** The jobs that start with the execution. */
  readonly startJobs: readonly string[];
  /** The jobs that have schedules. */
  readonly scheduledJobs: readonly Job[];
  /** Whether an execution waits for events or ticks, and so does not end by itself. */
  readonly isLongRunning: boolean;
  /** The rules that start and stop executions. */
  readonly workflowRules: RuleBook<WorkflowRule>;
  /** When executions start. */
  readonly schedules: readonly Schedule[];
  /**
   * Of an event that is no change of a job: which executions it belongs to. Null when only a function of the project
   * knows that, which cannot be asked within a transaction.
   */
  readonly contextOf: ((event: Event) => EventContext) | null;
}

export function indexVersion(row: VersionRow): WorkflowVersion {
  const workflow = JSON.parse(row.workflow) as Workflow;
  return {
    versionId: row.version_id,
    projectName: row.project_name,
    workflowName: row.workflow_name,
    snapshotId: row.snapshot_id,
    snapshotUri: row.snapshot_uri,
    jobs: new Map(workflow.jobs.map((job) => [job.config.jobName, job])),
    rules: new RuleBook(workflow.rules),
    limits: workflow.limits ?? {},
    startJobs: startsWithExecution(workflow),
    scheduledJobs: workflow.jobs.filter(({ config }) => (config.schedules ?? []).length > 0),
    isLongRunning: isLongRunning(workflow),
    workflowRules: new RuleBook(workflow.workflowRules),
    schedules: workflow.schedules,
    contextOf: contextsOf(workflow),
  };
}

/** A workflow that does not say otherwise takes events as they were published: for all, or for their context. */
function contextsOf({ contextExtractor }: Workflow): WorkflowVersion['contextOf'] {
  if (contextExtractor?.kind === 'module') return null;
  if (contextExtractor?.kind === 'field') return (event) => extractContext(contextExtractor, event);
  return ({ context }) => (context === null ? { broadcast: true } : { contexts: [context] });
}
