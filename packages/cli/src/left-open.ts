import type { Scheduler, WorkflowExecutionInfo } from '@aiflow/core';
import { stopCommand } from './command-text.ts';

/** An execution that was left open is among the newest events, or a later run has told of it. */
const lookedAt = 1000;
const shown = 3;

/** The executions that an earlier process left open and a scheduler that was just started has taken up. */
export async function leftOpen(scheduler: Scheduler): Promise<readonly WorkflowExecutionInfo[]> {
  const afterVersion = Math.max(0, (await scheduler.events.latestVersion()) - lookedAt);
  const events = await scheduler.events.list({ afterVersion }, { limit: lookedAt });
  const senders = new Set(events.map(({ sender }) => sender).filter((sender) => sender !== null));
  return await stillOpen(scheduler, senders);
}

/** Says on stderr what is taken up: its jobs run beside those of this command, and take places from them. */
export async function tellTakenUp(
  scheduler: Scheduler,
  left: readonly WorkflowExecutionInfo[],
  directory: string,
): Promise<void> {
  const [first] = left;
  if (first === undefined) return;
  const told = await Promise.all(
    left.slice(0, shown).map(async ({ workflowExecutionId: id, workflowInfo }) => {
      const attempts = (await scheduler.listJobExecutions(id)) ?? [];
      const open = attempts.filter(({ endDate }) => endDate === null).length;
      return `${id} (workflow ${workflowInfo.workflowName}, ${count(open, 'job')} under way)`;
    }),
  );
  process.stderr.write(
    `taking up ${count(left.length, 'execution')} of an earlier run: ${list(told, left)}; what does not end by itself is ` +
      `ended by ${stopCommand(first.workflowExecutionId, directory)} when this run is over\n`,
  );
}

/** Says on stderr which of them have not ended: this command neither waits for them nor stops them. */
export async function tellGoingOn(
  scheduler: Scheduler,
  left: readonly WorkflowExecutionInfo[],
): Promise<void> {
  const open = await stillOpen(
    scheduler,
    left.map(({ workflowExecutionId }) => workflowExecutionId),
  );
  if (open.length === 0) return;
  const told = open
    .slice(0, shown)
    .map(({ workflowExecutionId: id, workflowInfo }) => `${id} (workflow ${workflowInfo.workflowName})`);
  process.stderr.write(
    `${count(open.length, 'execution')} of an earlier run not ended: ${list(told, open)}; what runs of it goes on, ` +
      'and the next "aiflow run" takes it up\n',
  );
}

async function stillOpen(scheduler: Scheduler, ids: Iterable<string>): Promise<WorkflowExecutionInfo[]> {
  const found = await Promise.all([...ids].map((id) => scheduler.getWorkflowExecution(id)));
  return found.flatMap((execution) => (execution !== null && execution.endDate === null ? [execution] : []));
}

function list(told: readonly string[], all: readonly unknown[]): string {
  const more = all.length - told.length;
  return told.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
