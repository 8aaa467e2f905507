import type { Job, JobConfig, JobRule, ProjectContext, Workflow } from '@aiflow/core';
import { workflowFormat } from '@aiflow/core';

export const project = 'project';
export const context: ProjectContext = { projectName: project, snapshotId: '0'.repeat(64), uri: 'memory:0' };

/** What a workflow has beyond jobs and rules. */
export interface More {
  readonly workflow?: Partial<Workflow>;
  /** By the name of the job. */
  readonly jobs?: Readonly<Record<string, Partial<Job>>>;
  readonly configs?: Readonly<Record<string, Partial<JobConfig>>>;
}

/** A compiled workflow whose jobs a scripted runner takes. */
export function workflowOf(
  workflowName: string,
  jobs: readonly string[],
  rules: readonly JobRule[] = [],
  more: More = {},
): Workflow {
  return {
    format: workflowFormat,
    workflowName,
    properties: {},
    jobs: jobs.map((jobName) => ({
      config: { jobName, jobType: 'scripted', properties: {}, ...more.configs?.[jobName] },
      platform: 'scripted',
      engine: 'scripted',
      plan: null,
      inputs: [],
      outputs: [],
      ...more.jobs?.[jobName],
    })),
    rules,
    workflowRules: [],
    schedules: [],
    contextExtractor: null,
    limits: {},
    dependencies: {},
    plugins: [],
    ...more.workflow,
  };
}

export function job(jobName: string): { readonly jobName: string } {
  return { jobName };
}

export function rule(jobName: string, action: JobRule['action'], condition: JobRule['condition']): JobRule {
  return { jobName, action, condition };
}
