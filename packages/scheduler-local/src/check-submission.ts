import type { ProjectContext, Workflow } from '@aiflow/core';
import { AIFlowError, checkName, checkWorkflow, findNonJson, jobsOf } from '@aiflow/core';

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

/** What would be left undone without a word is refused. */
function checkSupported({ workflowName, contextExtractor }: Workflow): void {
  if (contextExtractor?.kind !== 'module') return;
  throw new AIFlowError(
    'scheduler.unsupported',
    `workflow "${workflowName}" finds the contexts of events by ${contextExtractor.module}, and this release of the ` +
      'local scheduler runs no code of a project: name a field of the event instead, as in extractContext({ field: "value" })',
  );
}

function invalid(message: string): AIFlowError {
  return new AIFlowError('workflow.invalid', `${message}: compile the workflow again`);
}
