import type { Condition, Job, JobRule, Status, Workflow } from '@aiflow/core';
import { jobsOf } from '@aiflow/core';
import type { VersionRow } from '../store/workflows.ts';

/** A comparison of one job's status, and the group of conditions that it counts for. */
interface RuleLeaf {
  readonly status: Status;
  readonly group: number;
}

/** A group of conditions (`all`, `any`): met when `needed` of its members are. The root has no parent. */
interface RuleGroup {
  readonly needed: number;
  readonly parent: number | null;
}

/** A rule with what is needed to follow it without walking its whole condition at each change. */
export interface IndexedRule {
  /** Its place in the workflow: its identity within this version, and its rank. */
  readonly index: number;
  readonly rule: JobRule;
  /** Null when the condition is one comparison: then there is nothing to remember between changes. */
  readonly groups: readonly RuleGroup[] | null;
  readonly leaves: ReadonlyMap<string, readonly RuleLeaf[]>;
}

/** A workflow version as an execution uses it, with its indexes. Built once for each version. */
export interface WorkflowVersion {
  readonly versionId: number;
  readonly snapshotId: string;
  readonly snapshotUri: string;
  readonly jobs: ReadonlyMap<string, Job>;
  readonly rules: readonly IndexedRule[];
  /** The rules whose condition names a job, in order. */
  readonly rulesAbout: ReadonlyMap<string, readonly IndexedRule[]>;
  /** The jobs that start with the execution: those without a START rule. */
  readonly startJobs: readonly string[];
}

export function indexVersion(row: VersionRow): WorkflowVersion {
  const workflow = JSON.parse(row.workflow) as Workflow;
  const rules = workflow.rules.map(indexRule);
  const rulesAbout = new Map<string, IndexedRule[]>();
  for (const rule of rules) {
    for (const jobName of jobsOf(rule.rule.condition)) {
      const found = rulesAbout.get(jobName);
      if (found === undefined) rulesAbout.set(jobName, [rule]);
      else found.push(rule);
    }
  }
  const waiting = new Set(
    workflow.rules.filter((rule) => rule.action === 'START').map((rule) => rule.jobName),
  );
  return {
    versionId: row.version_id,
    snapshotId: row.snapshot_id,
    snapshotUri: row.snapshot_uri,
    jobs: new Map(workflow.jobs.map((job) => [job.config.jobName, job])),
    rules,
    rulesAbout,
    startJobs: workflow.jobs.map((job) => job.config.jobName).filter((jobName) => !waiting.has(jobName)),
  };
}

function indexRule(rule: JobRule, index: number): IndexedRule {
  if (rule.condition.kind === 'job_status') return { index, rule, groups: null, leaves: new Map() };
  const groups: RuleGroup[] = [];
  const leaves = new Map<string, RuleLeaf[]>();
  const pending: { condition: Condition; parent: number | null }[] = [
    { condition: rule.condition, parent: null },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { condition, parent } = next;
    if (condition.kind === 'job_status') {
      const leaf = { status: condition.status, group: parent ?? 0 };
      const found = leaves.get(condition.jobName);
      if (found === undefined) leaves.set(condition.jobName, [leaf]);
      else found.push(leaf);
    } else if (condition.kind !== 'event') {
      const group = groups.push({ needed: condition.kind === 'all' ? condition.of.length : 1, parent }) - 1;
      for (const part of condition.of) pending.push({ condition: part, parent: group });
    }
  }
  return { index, rule, groups, leaves };
}
