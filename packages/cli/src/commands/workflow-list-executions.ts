import { checkName, makeStateDirectory } from '@aiflow/core';
import type { Command } from '../command.ts';
import { outputOption, projectOption } from '../command.ts';
import { executionsOf } from '../executions-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { withHeldScheduler } from '../held-scheduler.ts';
import { checkKnown } from '../known-workflow.ts';
import { executionsText } from '../output/executions.ts';
import { openBlob, openSession } from '../session.ts';

export const workflowListExecutions: Command = {
  args: ['WORKFLOW'],
  options: { project: projectOption, output: outputOption },
  details: 'Nothing is begun or stopped. It needs the scheduler of the project for itself.',
  execute: async ({ positionals: [workflowName = ''], options }) => {
    const session = await openSession(options['project'] ?? '.');
    const { project } = session;
    checkName('workflow', workflowName);
    makeStateDirectory(project.stateDir);
    const { manager } = await openBlob(session);
    const executions = await withHeldScheduler(session, manager, { busy }, (scheduler) =>
      executionsOf(scheduler, project.projectName, workflowName),
    );
    checkKnown(project, workflowName, executions.length > 0);
    process.stdout.write(executionsText(executions, options['output'] === 'json'));
    return exitCodes.ok;
  },
};

const busy = {
  code: 'scheduler.busy',
  cannot: 'executions cannot be listed',
  instead: 'wait until it has ended, or interrupt it, then call this again',
};
