import type { Attempt } from '@aiflow/core';
import { checkName, isFinal } from '@aiflow/core';
import type { Command } from '../command.ts';
import { outputOption, projectOption } from '../command.ts';
import { endExecutions } from '../end-executions.ts';
import { executionsOf } from '../executions-of.ts';
import { checkKnown } from '../known-workflow.ts';
import { openSession } from '../session.ts';

export const workflowStopExecutions: Command = {
  args: ['WORKFLOW'],
  options: { project: projectOption, output: outputOption },
  details:
    'As "aiflow workflow stop-execution", of every execution of the workflow that has not ended, also one that waits ' +
    'for others.',
  execute: async ({ positionals: [workflowName = ''], options }) => {
    const session = await openSession(options['project'] ?? '.');
    const { project } = session;
    const { projectName } = project;
    checkName('workflow', workflowName);
    const reaches = (attempt: Attempt): boolean =>
      attempt.workflowName === workflowName && attempt.projectName === projectName;
    return endExecutions(session, options['output'] === 'json', reaches, async (scheduler) => {
      const executions = await executionsOf(scheduler, projectName, workflowName);
      if (!executions.every(({ status }) => isFinal(status))) {
        return { stop: () => scheduler.stopAllWorkflowExecution(projectName, workflowName) };
      }
      checkKnown(project, workflowName, executions.length > 0);
      return { nothing: `every execution of workflow ${workflowName} has ended` };
    });
  },
};
