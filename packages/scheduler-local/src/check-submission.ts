import type { ProjectContext, Workflow } from '@aiflow/core';
import { AIFlowError, checkName, checkWorkflow, findNonJson, jobsOf } from '@aiflow/core';

/**
 * Holds what is submitted, which may come from another program, against what this scheduler understands: what was
 * accepted can be run. Throws `workflow.invalid`, `workflow.newer` or `name.invalid`.
 */
export function checkSubmission(workflow: Workflow, project: ProjectContext): void {
  const notPlain = findNonJson({ workflow, project });
  if (notPlain !== null) throw invalid(`${notPlain} must be plain JSON`);
  checkWorkflow(workflow);
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

function invalid(message: string): AIFlowError {
  return new AIFlowError('workflow.invalid', `${message}: compile the workflow again`);
}
