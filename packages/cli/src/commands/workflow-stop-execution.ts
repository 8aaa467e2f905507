import { AIFlowError, isFinal } from '@aiflow/core';
import type { Command } from '../command.ts';
import { outputOption, projectOption } from '../command.ts';
import { endExecutions } from '../end-executions.ts';
import { openSession } from '../session.ts';

export const workflowStopExecution: Command = {
  args: ['EXECUTION'],
  options: { project: projectOption, output: outputOption },
  details:
    'Ends what an earlier run left open, and prints it once no process of it is left. Other open executions stay as ' +
    'they are. It needs the scheduler of the project for itself: interrupt an "aiflow run" that goes on first.',
  execute: async ({ positionals: [id = ''], options }) => {
    const session = await openSession(options['project'] ?? '.');
    const reaches = (attempt: { workflowExecutionId: string }): boolean => attempt.workflowExecutionId === id;
    return endExecutions(session, options['output'] === 'json', reaches, async (scheduler) => {
      const found = await scheduler.getWorkflowExecution(id);
      if (found === null) throw unknown(id);
      if (isFinal(found.status)) {
        return { nothing: `${id} (workflow ${found.workflowInfo.workflowName}) has ended ${found.status}` };
      }
      return {
        stop: async () => [(await scheduler.stopWorkflowExecution(id)) ?? found],
      };
    });
  },
};

function unknown(id: string): AIFlowError {
  return new AIFlowError(
    'execution.not_found',
    `there is no execution ${JSON.stringify(id.slice(0, 70))}: "aiflow workflow list-executions WORKFLOW" shows those of a workflow`,
    { context: { id: id.slice(0, 70) } },
  );
}
