import type { JobRule, ProjectContext, Workflow } from '@aiflow/core';
import { workflowFormat } from '@aiflow/core';

export const project = 'project';
export const context: ProjectContext = { projectName: project, snapshotId: '0'.repeat(64), uri: 'memory:0' };

/** A compiled workflow whose jobs a scripted runner takes. */
export function workflowOf(
  workflowName: string,
  jobs: readonly string[],
  rules: readonly JobRule[] = [],
): Workflow {
  return {
    format: workflowFormat,
    workflowName,
    properties: {},
    jobs: jobs.map((jobName) => ({
      config: { jobName, jobType: 'scripted', properties: {} },
      platform: 'scripted',
      engine: 'scripted',
      plan: null,
      inputs: [],
      outputs: [],
    })),
    rules,
    workflowRules: [],
    schedules: [],
    contextExtractor: null,
    limits: {},
    dependencies: {},
    plugins: [],
  };
}

export function job(jobName: string): { readonly jobName: string } {
  return { jobName };
}

export function rule(jobName: string, action: JobRule['action'], condition: JobRule['condition']): JobRule {
  return { jobName, action, condition };
}
