import type {
  JobExecutionInfo,
  ProjectContext,
  Scheduler,
  Status,
  Workflow,
  WorkflowExecutionInfo,
} from '@aiflow/core';
import {
  buildWorkflow,
  createScheduler,
  isFinal,
  statusEventTypes,
  storeProject,
  withOverlay,
} from '@aiflow/core';
import type { Command } from '../command.ts';
import { outputOption, projectOption } from '../command.ts';
import { errorLines } from '../error-lines.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Interrupt } from '../interrupt.ts';
import { watchInterrupt } from '../interrupt.ts';
import type { Progress } from '../output/progress.ts';
import { createProgress } from '../output/progress.ts';
import { runReport } from '../output/run-report.ts';
import type { Session } from '../session.ts';
import { commandDir, load, openBlob, openRunner, openSession } from '../session.ts';

export const runWorkflow: Command = {
  args: ['WORKFLOW'],
  options: {
    project: projectOption,
    output: outputOption,
    context: { summary: 'the context of this execution', value: 'TEXT', short: 'c' },
  },
  details: 'Ctrl-C stops every process of the workflow, then the command ends with 130.',
  execute: async ({ positionals: [workflowName = ''], options }) => {
    const json = options['output'] === 'json';
    const interrupt = watchInterrupt();
    try {
      const session = await openSession(options['project'] ?? '.');
      const submission = await submit(session, workflowName, interrupt.signal);
      const progress = createProgress(json ? process.stderr : process.stdout, submission.workflow);
      const end = await execute(submission, { progress, interrupt, context: options['context'] ?? null });
      process.stdout.write(runReport(submission.workflow, end.execution, end.attempts, json));
      if (interrupt.signal.aborted) return interrupt.exitCode();
      return end.execution.status === 'FINISHED' ? exitCodes.ok : exitCodes.failed;
    } catch (error) {
      if (interrupt.signal.aborted && error === interrupt.signal.reason) return interrupt.exitCode();
      throw error;
    } finally {
      interrupt.release();
    }
  },
};

interface Submission {
  readonly workflow: Workflow;
  readonly context: ProjectContext;
  readonly scheduler: Scheduler;
}

/** Compiles and stores the workflow, and makes the scheduler that is to run it. */
async function submit(session: Session, workflowName: string, signal: AbortSignal): Promise<Submission> {
  const { project, host } = session;
  const onOutput = (text: string): void => void process.stderr.write(text);
  return withOverlay(project.stateDir, async (overlay) => {
    const workflow = await buildWorkflow(project, workflowName, overlay, { commandDir, signal, onOutput });
    const blob = await openBlob(session);
    const [schedulerName = ''] = await load(project, [
      { kind: 'scheduler', className: project.scheduler.className },
    ]);
    const context = await storeProject(project, workflow, overlay, blob, { signal });
    const runner = openRunner(session, blob.manager);
    const scheduler = await createScheduler(project, schedulerName, { ...host, runner });
    return { workflow, context, scheduler };
  });
}

interface ExecuteOptions {
  readonly progress: Progress;
  readonly interrupt: Interrupt;
  readonly context: string | null;
}

interface End {
  readonly execution: WorkflowExecutionInfo;
  readonly attempts: readonly JobExecutionInfo[];
}

/** Starts an execution and follows it to its end; an interrupt stops all that it started. */
async function execute({ workflow, context, scheduler }: Submission, options: ExecuteOptions): Promise<End> {
  await scheduler.start();
  try {
    const afterVersion = await scheduler.events.latestVersion();
    const { namespace, workflowName } = await scheduler.submitWorkflow(workflow, context);
    options.interrupt.signal.throwIfAborted();
    const started = await scheduler.startNewWorkflowExecution(namespace, workflowName, {
      context: options.context,
    });
    if (started === null)
      throw new Error(`the scheduler lost workflow "${workflowName}" after it was submitted`);
    const id = started.workflowExecutionId;
    try {
      await follow(scheduler, id, afterVersion, options);
    } catch (error) {
      // Whatever broke, no process is left behind by this command.
      process.stderr.write(errorLines(error));
      await scheduler.stopWorkflowExecution(id);
    }
    const execution = (await scheduler.getWorkflowExecution(id)) ?? started;
    return { execution, attempts: (await scheduler.listJobExecutions(id)) ?? [] };
  } finally {
    await scheduler.close();
  }
}

async function follow(
  scheduler: Scheduler,
  id: string,
  afterVersion: number,
  options: ExecuteOptions,
): Promise<void> {
  const { progress, interrupt } = options;
  const ended = new AbortController();
  const stop = async (): Promise<void> => {
    progress.note('stopping …');
    await scheduler.stopWorkflowExecution(id);
  };
  let stopped: Promise<void> = Promise.resolve();
  const onInterrupt = (): void => {
    stopped = stop();
    stopped.catch((error: unknown) => ended.abort(error)); // ends the listening below, which then rethrows it
  };
  if (interrupt.signal.aborted) onInterrupt();
  interrupt.signal.addEventListener('abort', onInterrupt, { once: true });
  try {
    for await (const event of scheduler.events.listen(
      { sender: id, afterVersion },
      { signal: ended.signal },
    )) {
      const status = event.value as Status;
      if (event.eventType === statusEventTypes.job) progress.job(event.key, status, event.createTime);
      if (event.eventType === statusEventTypes.workflow && isFinal(status)) break;
    }
    await stopped;
  } finally {
    interrupt.signal.removeEventListener('abort', onInterrupt);
    progress.end();
  }
}
