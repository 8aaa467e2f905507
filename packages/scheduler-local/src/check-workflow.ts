import type { Condition, ProjectContext, Workflow } from '@aiflow/core';
import { AIFlowError, checkName, findNonJson, workflowFormat } from '@aiflow/core';

/**
 * Holds what is submitted, which may come from another program, against what this scheduler understands: what was
 * accepted can be run. Throws `scheduler.invalid_workflow`, `scheduler.workflow_newer` or `name.invalid`.
 */
export function checkWorkflow(workflow: Workflow, project: ProjectContext): void {
  const notPlain = findNonJson({ workflow, project });
  if (notPlain !== null) throw invalid(`${notPlain} must be plain JSON`);
  const format: unknown = workflow.format;
  if (format !== workflowFormat) {
    throw new AIFlowError(
      'scheduler.workflow_newer',
      `the workflow has format ${String(format)} and this release knows ${workflowFormat}: compile it with the ` +
        '@aiflow/core that the scheduler uses',
      { context: { expected: workflowFormat } },
    );
  }
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
    if (!jobNames.has(rule.jobName))
      throw invalid(`a rule is for job "${rule.jobName}", which does not exist`);
    if (!['START', 'STOP', 'RESTART'].includes(rule.action)) {
      throw invalid(`a rule of job "${rule.jobName}" has the unknown action ${JSON.stringify(rule.action)}`);
    }
    checkCondition(rule.condition, rule.jobName, jobNames);
  }
}

const statuses: readonly string[] = ['INIT', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'];

function checkCondition(condition: Condition, jobName: string, jobNames: ReadonlySet<string>): void {
  const kind: string = condition.kind;
  switch (condition.kind) {
    case 'job_status':
      if (!jobNames.has(condition.jobName) || !statuses.includes(condition.status)) {
        throw invalid(
          `a rule of job "${jobName}" waits for status ${condition.status} of job "${condition.jobName}", which does not exist`,
        );
      }
      return;
    case 'all':
    case 'any':
      if (condition.of.length === 0) throw invalid(`a rule of job "${jobName}" has an empty "${kind}"`);
      for (const part of condition.of) checkCondition(part, jobName, jobNames);
      return;
    default:
      throw invalid(`a rule of job "${jobName}" has a condition of the unknown kind ${JSON.stringify(kind)}`);
  }
}

function invalid(message: string): AIFlowError {
  return new AIFlowError('scheduler.invalid_workflow', message);
}
