import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type {
  Job,
  JobExecutionInfo,
  JobRule,
  Json,
  ProjectContext,
  Scheduler,
  JobConfig,
  StartExecutionOptions,
  Status,
  StatusReason,
  Workflow,
  WorkflowExecutionInfo,
} from '@aiflow/core';
import { workflowFormat } from '@aiflow/core';
import type { ManualClock } from '../host/manual-clock.ts';
import { createManualClock } from '../host/manual-clock.ts';
import type { ContextOf, TestHost } from '../host/test-host.ts';
import { createTestHost } from '../host/test-host.ts';
import type { CaseContext } from '../suite/case.ts';
import { defaultPatience, until, within } from '../suite/wait.ts';
import type { SchedulerPlace, SchedulerSuiteOptions } from './options.ts';
import type { ScriptedRunner } from './scripted-runner.ts';
import { createScriptedRunner } from './scripted-runner.ts';

export const project = 'conformance';

/** A started scheduler on a store of its own, and the runner by which a case decides how attempts end. */
export class SchedulerContext implements CaseContext {
  readonly runner: ScriptedRunner;
  /** The scheduler's clock: it stands still. */
  readonly clock: ManualClock;
  readonly patience: number;
  /** The function of every project that says where an event belongs. */
  contextOf: ContextOf = () => ({ broadcast: true });
  /** What the host of the schedulers says that are opened from now on. */
  startsByItself: boolean = true;
  readonly #options: SchedulerSuiteOptions;
  readonly #host: TestHost;
  readonly #name: string = `case-${randomUUID()}`;
  readonly #opened: Scheduler[] = [];
  #current: Scheduler | null = null;

  constructor(options: SchedulerSuiteOptions, host: TestHost, clock: ManualClock) {
    this.clock = clock;
    this.#options = options;
    this.#host = host;
    this.patience = options.patience ?? defaultPatience;
    mkdirSync(this.#directory);
    this.runner = createScriptedRunner({
      patience: this.patience,
      outboxRoot: join(host.stateDir, 'outboxes'),
    });
  }

  /** The scheduler that was started last. */
  get scheduler(): Scheduler {
    assert.ok(this.#current !== null);
    return this.#current;
  }

  /** Another scheduler on the same store, not started. */
  async open(): Promise<Scheduler> {
    const opened = await this.#options.open(this.#place());
    this.#opened.push(opened);
    return opened;
  }

  /** Starts one, which is then the current scheduler. */
  async start(): Promise<Scheduler> {
    const scheduler = await this.open();
    await within('start', scheduler.start(), this.patience);
    this.#current = scheduler;
    return scheduler;
  }

  /** Closes the current scheduler and starts another on the same store, as after a restart of its process. */
  async reopen(meanwhile: () => void = () => undefined): Promise<Scheduler> {
    await within('close', this.scheduler.close(), this.patience);
    meanwhile();
    return await this.start();
  }

  /** Submits a workflow of these jobs and starts an execution of it. */
  async run(
    jobs: readonly string[],
    rules: readonly JobRule[] = [],
    options: StartExecutionOptions = {},
  ): Promise<WorkflowExecutionInfo> {
    return await this.runWorkflow(workflowOf('workflow', jobs, rules), options);
  }

  /** Submits a workflow and starts an execution of it. */
  async runWorkflow(workflow: Workflow, options: StartExecutionOptions = {}): Promise<WorkflowExecutionInfo> {
    await this.scheduler.submitWorkflow(workflow, projectContext());
    const execution = await this.scheduler.startNewWorkflowExecution(project, workflow.workflowName, options);
    assert.ok(execution !== null, 'a workflow that was submitted can be started');
    return execution;
  }

  async submit(name: string, jobs: readonly string[], rules: readonly JobRule[] = []): Promise<void> {
    await this.scheduler.submitWorkflow(workflowOf(name, jobs, rules), projectContext());
  }

  /** Waits until the execution has this status, and gives it. */
  async execution(id: string, status: Status): Promise<WorkflowExecutionInfo> {
    return await until(
      `execution ${id} to be ${status}`,
      async () => {
        const found = await this.scheduler.getWorkflowExecution(id);
        return found?.status === status ? found : null;
      },
      this.patience,
    );
  }

  /** Waits until the newest attempt of a job has this status, and gives it. */
  async job(jobName: string, id: string, status: Status): Promise<JobExecutionInfo> {
    return await until(
      `job "${jobName}" to be ${status}`,
      async () => {
        const found = (await this.scheduler.getJobExecutions(jobName, id))?.at(-1);
        return found?.status === status ? found : null;
      },
      this.patience,
    );
  }

  /** Waits until a job has an attempt of this number that does not run yet, for this reason. */
  async waits(jobName: string, id: string, attemptNumber: number, reason: StatusReason): Promise<void> {
    await until(
      `attempt ${attemptNumber} of job "${jobName}" to be INIT for the reason ${reason}`,
      async () => {
        const found = (await this.scheduler.getJobExecutions(jobName, id))?.at(-1);
        return found?.attemptNumber === attemptNumber && found.status === 'INIT' && found.reason === reason;
      },
      this.patience,
    );
  }

  /** Lets the scheduler do what it would do now, and then fails if a job has begun more than `count` attempts. */
  async settledAt(jobName: string, count: number): Promise<void> {
    // An execution of another workflow comes to its end meanwhile: what was to happen first has happened.
    const witness = `witness-${randomUUID()}`;
    await this.submit(witness, [witness]);
    const execution = await this.scheduler.startNewWorkflowExecution(project, witness);
    assert.ok(execution !== null);
    (await this.runner.begun(witness)).finish();
    await this.execution(execution.workflowExecutionId, 'FINISHED');
    assert.equal(this.runner.of(jobName).length, count, `job "${jobName}" has begun this many attempts`);
  }

  async dispose(): Promise<void> {
    this.runner.holdStops(false);
    for (const attempt of this.runner.attempts) if (!attempt.ended) attempt.confirmStop();
    try {
      for (const scheduler of this.#opened) await within('close', scheduler.close(), this.patience);
    } finally {
      await this.#options.remove?.(this.#place());
      await this.#host.dispose();
    }
  }

  get #directory(): string {
    return join(this.#host.stateDir, 'scheduler');
  }

  #place(): SchedulerPlace {
    const { logger, clock, secrets, stateDir, contextExtractor } = this.#host;
    const { startsByItself } = this;
    const directory = this.#directory;
    const host = { logger, clock, secrets, stateDir, contextExtractor, startsByItself, runner: this.runner };
    return { name: this.#name, directory, host };
  }
}

export async function openScheduler(options: SchedulerSuiteOptions): Promise<SchedulerContext> {
  const clock = createManualClock(Date.now());
  const contextOf: ContextOf = (event, workflowName) => context.contextOf(event, workflowName);
  const context = new SchedulerContext(options, await createTestHost({ clock, contextOf }), clock);
  try {
    await context.start();
  } catch (error) {
    await context.dispose().catch(() => undefined); // the failed start is what its author must see
    throw error;
  }
  return context;
}

/** A compiled workflow of jobs that a scripted runner takes; `plan` tells one version from another. */
export function workflowOf(
  name: string,
  jobs: readonly string[],
  rules: readonly JobRule[] = [],
  plan: Json = null,
): Workflow {
  return {
    format: workflowFormat,
    workflowName: name,
    properties: { owner: 'conformance' },
    jobs: jobs.map((jobName) => ({
      config: { jobName, jobType: 'scripted', properties: {} },
      platform: 'scripted',
      engine: 'scripted',
      plan,
      inputs: [],
      outputs: [],
    })),
    rules,
    workflowRules: [],
    schedules: [],
    contextExtractor: null,
    limits: {},
    dependencies: {},
    plugins: [],
  };
}

export function projectContext(snapshot: string = 'a', projectName: string = project): ProjectContext {
  return { projectName, snapshotId: snapshot.repeat(64), uri: `memory:${snapshot}` };
}

/** The same workflow with more in the configuration of one of its jobs. */
export function withConfig(workflow: Workflow, jobName: string, config: Partial<JobConfig>): Workflow {
  return withJob(workflow, jobName, (job) => ({ ...job, config: { ...job.config, ...config } }));
}

export function withJob(workflow: Workflow, jobName: string, change: (job: Job) => Job): Workflow {
  const jobs = workflow.jobs.map((job) => (job.config.jobName === jobName ? change(job) : job));
  return { ...workflow, jobs };
}
