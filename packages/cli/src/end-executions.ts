import type { Attempt, Scheduler, WorkflowExecutionInfo } from '@aiflow/core';
import { makeStateDirectory } from '@aiflow/core';
import { errorLines } from './error-lines.ts';
import { exitCodes } from './exit-codes.ts';
import { withHeldScheduler } from './held-scheduler.ts';
import { executionsText } from './output/executions.ts';
import type { Session } from './session.ts';
import { openBlob } from './session.ts';

/** What there is to stop, or why there is nothing. */
export type ToStop =
  | { readonly stop: () => Promise<readonly WorkflowExecutionInfo[]> }
  | { readonly nothing: string };

/**
 * Opens the scheduler of a project, stops what `choose` finds there, and shows it with its real ends. Nothing else is
 * begun or stopped. Gives the exit code: what cannot be stopped is shown, and is no wrong input.
 */
export async function endExecutions(
  session: Session,
  json: boolean,
  reaches: (attempt: Attempt) => boolean,
  choose: (scheduler: Scheduler) => Promise<ToStop>,
): Promise<number> {
  makeStateDirectory(session.project.stateDir);
  const { manager } = await openBlob(session);
  return withHeldScheduler(session, manager, { reaches, busy }, async (scheduler) => {
    const chosen = await choose(scheduler);
    if ('nothing' in chosen) {
      if (json) process.stdout.write(executionsText([], json));
      (json ? process.stderr : process.stdout).write(`nothing to stop: ${chosen.nothing}\n`);
      return exitCodes.ok;
    }
    let ended: readonly WorkflowExecutionInfo[];
    try {
      ended = await chosen.stop();
    } catch (error) {
      process.stderr.write(errorLines(error));
      return exitCodes.failed;
    }
    process.stdout.write(executionsText(ended, json));
    return exitCodes.ok;
  });
}

const busy = {
  code: 'scheduler.busy',
  cannot: 'executions cannot be stopped from here',
  instead: 'Ctrl-C ends the run of that process; then call this again for what is left',
};
