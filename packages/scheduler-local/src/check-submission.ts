import type { Job, ProjectContext, Workflow } from '@aiflow/core';
import { AIFlowError, checkName, checkWorkflow, findNonJson, jobsOf, nearest } from '@aiflow/core';

/**
 * Holds what is submitted, which may come from another program, against what this scheduler understands: what was
 * accepted can be run. Throws `workflow.invalid`, `workflow.newer`, `name.invalid`, or `scheduler.unsupported` for what
 * this release cannot do.
 */
export function checkSubmission(workflow: Workflow, project: ProjectContext): void {
  const notPlain = findNonJson({ workflow, project });
  if (notPlain !== null) throw invalid(`${notPlain} must be plain JSON`);
  checkWorkflow(workflow);
  checkSupported(workflow);
  checkName('project', project.projectName);
  checkName('workflow', workflow.workflowName);
  const jobNames = new Set<string>();
  for (const { config } of workflow.jobs) {
    checkName('job', config.jobName);
    if (jobNames.has(config.jobName))
      throw invalid(`workflow "${workflow.workflowName}" has two jobs "${config.jobName}"`);
    jobNames.add(config.jobName);
  }
  for (const rule of workflow.rules) {
    const unknown = [rule.jobName, ...jobsOf(rule.condition)].find((jobName) => !jobNames.has(jobName));
    if (unknown !== undefined)
      throw invalid(`a rule of job "${rule.jobName}" names job "${unknown}", which does not exist`);
  }
}

/**
 * Refuses jobs that would wait for ever: `scheduler.unknown_pool`, and `scheduler.pool_too_small` for one that takes
 * more places than its pool has.
 */
export function checkPools(jobs: Iterable<Job>, pools: Readonly<Record<string, number>>): void {
  for (const { config } of jobs) {
    const { jobName, pool, poolSlots: slots = 1 } = config;
    if (pool === undefined) continue;
    const size = Object.hasOwn(pools, pool) ? pools[pool] : undefined;
    if (size === undefined) {
      const near = nearest(pool, Object.keys(pools));
      const hint = near === null ? '' : ` (did you mean "${near}"?)`;
      throw new AIFlowError(
        'scheduler.unknown_pool',
        `job "${jobName}" names pool "${pool}", which this scheduler does not have${hint}: write ` +
          `pools: { ${pool}: ${slots} } under scheduler_config, or take the pool from the job`,
      );
    }
    if (slots > size) {
      throw new AIFlowError(
        'scheduler.pool_too_small',
        `job "${jobName}" takes ${slots} places of pool "${pool}", which has ${size}: write pools: { ${pool}: ${slots} } ` +
          'under scheduler_config, or give the job a smaller pool_slots',
      );
    }
  }
}

/** What would be left undone without a word is refused. */
function checkSupported({ jobs }: Workflow): void {
  const linked = jobs.find(({ inputs, outputs }) =>
    [inputs, outputs].some((ports) => (ports ?? []).length > 0),
  );
  if (linked !== undefined) {
    throw unsupported(
      `job "${linked.config.jobName}" takes values from other jobs or gives them some, and this release of the local ` +
        'scheduler passes no values between jobs: hand them over in files of the execution directory',
    );
  }
}

function unsupported(message: string): AIFlowError {
  return new AIFlowError('scheduler.unsupported', message);
}

function invalid(message: string): AIFlowError {
  return new AIFlowError('workflow.invalid', `${message}: compile the workflow again`);
}
