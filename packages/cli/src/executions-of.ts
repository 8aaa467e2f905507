import type { Scheduler, WorkflowExecutionInfo } from '@aiflow/core';

/** All executions of a workflow, newest first. */
export async function executionsOf(
  scheduler: Scheduler,
  projectName: string,
  workflowName: string,
): Promise<WorkflowExecutionInfo[]> {
  const ask = (cursor?: string): Promise<WorkflowExecutionInfo[]> =>
    scheduler.listWorkflowExecutions(projectName, workflowName, cursor === undefined ? {} : { cursor });
  const all: WorkflowExecutionInfo[] = [];
  for (let page = await ask(); page.length > 0; page = await ask(page.at(-1)?.workflowExecutionId)) {
    all.push(...page);
  }
  return all;
}
