import type { Event, ProjectContext, Scheduler, Status, Workflow, WorkflowExecutionInfo } from '@aiflow/core';
import { isFinal, statusEventTypes } from '@aiflow/core';
import { errorLines } from './error-lines.ts';
import { exitCodes } from './exit-codes.ts';
import type { Interrupt } from './interrupt.ts';
import { leftOpen, tellGoingOn, tellTakenUp } from './left-open.ts';
import { AttemptNotes } from './output/attempt-notes.ts';
import { createProgress } from './output/progress.ts';
import { runReport } from './output/run-report.ts';
import { tellWaiting } from './tell-waiting.ts';
import { spellLongRunning } from './words/long-running.ts';

/** A workflow that is stored and compiled, and the scheduler that is to run it, not yet started. */
export interface Submission {
  readonly workflow: Workflow;
  readonly project: ProjectContext;
  readonly scheduler: Scheduler;
}

export interface ExecuteOptions {
  /** One JSON object on stdout, and what happens meanwhile on stderr. */
  readonly json: boolean;
  readonly context: string | null;
  /** Where the project was said to be, for the commands that messages name. */
  readonly directory: string;
  /** Stops all that the execution started. */
  readonly interrupt: Interrupt;
}

/**
 * Runs an execution to its end, shows it, and gives the exit code. It throws only while nothing runs yet; what breaks
 * later is shown, the jobs are stopped, and the execution counts as failed.
 */
export async function execute(submission: Submission, options: ExecuteOptions): Promise<number> {
  const { workflow, project, scheduler } = submission;
  const { interrupt, context, directory } = options;
  const endless = spellLongRunning(workflow);
  if (endless !== null) process.stderr.write(`${endless}\n`);
  await scheduler.start();
  let left: readonly WorkflowExecutionInfo[] = [];
  try {
    left = await leftOpen(scheduler);
    await tellTakenUp(scheduler, left, directory);
    const afterVersion = await scheduler.events.latestVersion();
    const { namespace, workflowName } = await scheduler.submitWorkflow(workflow, project);
    interrupt.signal.throwIfAborted();
    const started = await scheduler.startNewWorkflowExecution(namespace, workflowName, { context });
    if (started === null)
      throw new Error(`the scheduler lost workflow "${workflowName}" after it was submitted`);
    return await finish(submission, started, afterVersion, options);
  } finally {
    try {
      await tellGoingOn(scheduler, left);
    } catch (error) {
      process.stderr.write(errorLines(error));
    }
    await scheduler.close();
  }
}

async function finish(
  { workflow, scheduler }: Submission,
  started: WorkflowExecutionInfo,
  afterVersion: number,
  { json, interrupt, directory }: ExecuteOptions,
): Promise<number> {
  const id = started.workflowExecutionId;
  let broken = false;
  const show = (error: unknown): void => {
    broken = true;
    process.stderr.write(errorLines(error));
  };
  const progress = createProgress(json ? process.stderr : process.stdout, workflow);
  const following = new Following(scheduler, id);
  const onInterrupt = (): void => {
    progress.note('stopping …');
    following.stop();
  };
  interrupt.signal.addEventListener('abort', onInterrupt, { once: true });
  if (interrupt.signal.aborted) onInterrupt();
  try {
    await tellWaiting(scheduler, started, directory);
    const notes = new AttemptNotes(scheduler, id, workflow);
    await following.toEnd(afterVersion, async (event) => {
      // The value of such an event is a status.
      progress.job(event.key, event.value as Status, event.createTime, await notes.of(event));
    });
  } catch (error) {
    show(error);
    // Whatever broke, no process is left behind by this command.
    await scheduler.stopWorkflowExecution(id).catch(show);
  }
  interrupt.signal.removeEventListener('abort', onInterrupt);
  progress.end();
  try {
    const execution = await scheduler.getWorkflowExecution(id);
    if (execution === null) throw new Error(`the scheduler lost execution ${id}`);
    process.stdout.write(runReport(workflow, execution, (await scheduler.listJobExecutions(id)) ?? [], json));
    if (interrupt.signal.aborted) return interrupt.exitCode();
    return execution.status === 'FINISHED' && !broken ? exitCodes.ok : exitCodes.failed;
  } catch (error) {
    show(error);
    return exitCodes.failed;
  }
}

/** Follows an execution by its events, and can stop it meanwhile. */
class Following {
  readonly #scheduler: Scheduler;
  readonly #id: string;
  readonly #ended = new AbortController();
  #stopped: Promise<unknown> = Promise.resolve();

  constructor(scheduler: Scheduler, id: string) {
    this.#scheduler = scheduler;
    this.#id = id;
  }

  stop(): void {
    this.#stopped = this.#scheduler.stopWorkflowExecution(this.#id);
    // A stop that fails ends the listening, and `toEnd` then throws what it failed with.
    this.#stopped.catch(() => this.#ended.abort());
  }

  /** Resolves when the execution has ended; throws when it cannot be followed or not be stopped. */
  async toEnd(afterVersion: number, onJob: (event: Event) => Promise<void>): Promise<void> {
    const filter = { sender: this.#id, afterVersion };
    for await (const event of this.#scheduler.events.listen(filter, { signal: this.#ended.signal })) {
      if (event.eventType === statusEventTypes.job) await onJob(event);
      if (event.eventType === statusEventTypes.workflow && isFinal(event.value)) break;
    }
    await this.#stopped;
  }
}
