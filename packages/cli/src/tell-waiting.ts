import type { Scheduler, WorkflowExecutionInfo } from '@aiflow/core';
import { isFinal } from '@aiflow/core';
import { stopCommand } from './command-text.ts';
import { executionsOf } from './executions-of.ts';

const shown = 3;

/** Says on stderr, of an execution that has to wait, for which others it does, and how that is ended. */
export async function tellWaiting(
  scheduler: Scheduler,
  { workflowExecutionId: own, status, workflowInfo }: WorkflowExecutionInfo,
  directory: string,
): Promise<void> {
  if (status !== 'INIT') return;
  const { namespace, workflowName } = workflowInfo;
  const all = await executionsOf(scheduler, namespace, workflowName);
  const before = all.filter((other) => other.workflowExecutionId !== own && !isFinal(other.status));
  const ids = before.toReversed().map(({ workflowExecutionId }) => workflowExecutionId); // the first to end comes first
  const [first] = ids;
  if (first === undefined) return; // it has begun meanwhile
  const more = ids.length > shown ? ` and ${ids.length - shown} more` : '';
  process.stderr.write(
    `${workflowName} waits, since its limit of executions is reached: it begins when there is room beside ` +
      `${ids.slice(0, shown).join(', ')}${more}; to end one, Ctrl-C here, then ${stopCommand(first, directory)}\n`,
  );
}
