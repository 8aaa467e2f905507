import type { Project } from '@aiflow/core';
import { AIFlowError, nearest } from '@aiflow/core';
import { workflowNames } from './workflow-names.ts';

/** Throws `workflow.not_found` for a workflow that the project neither has nor once had: then there are executions. */
export function checkKnown(
  { projectDir, projectName }: Project,
  workflowName: string,
  hasExecutions: boolean,
): void {
  const known = workflowNames(projectDir);
  if (hasExecutions || known.includes(workflowName)) return;
  const near = nearest(workflowName, known);
  const hint =
    near !== null
      ? `did you mean "${near}"?`
      : known.length > 0
        ? `its workflows are ${known.join(', ')}`
        : 'it has no workflow yet';
  throw new AIFlowError(
    'workflow.not_found',
    `project "${projectName}" has no workflow "${workflowName}", and no execution of it: ${hint}`,
    { context: { workflowName } },
  );
}
