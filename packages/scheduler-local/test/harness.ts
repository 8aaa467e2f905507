import { AssertionError } from 'node:assert';
import { setTimeout as delay } from 'node:timers/promises';
import type { JobExecutionInfo, JobRule, Scheduler, Status } from '@aiflow/core';
import type { ContextOf, ManualClock, ScriptedRunner, TestHost } from '@aiflow/testkit';
import { createManualClock, createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { onTestFinished } from 'vitest';
import { localScheduler } from '../src/plugin.ts';
import type { More } from './workflow.ts';
import { context, project, workflowOf } from './workflow.ts';

export interface Rig {
  readonly host: TestHost;
  readonly runner: ScriptedRunner;
  readonly clock: ManualClock;
  /** The database file. */
  readonly file: string;
  scheduler: Scheduler;
  /** Closes the scheduler and starts another on the same file, perhaps with other pools. */
  restart(pools?: RigOptions['pools']): Promise<Scheduler>;
  /** Submits a workflow and starts an execution of it; gives the execution's id. */
  run(jobs: readonly string[], rules?: readonly JobRule[], more?: RunOptions): Promise<string>;
  /** Submits a workflow and starts nothing. */
  submit(name: string, more?: RunOptions): Promise<void>;
  /** The executions of a workflow, oldest first, each as its status and context. */
  executions(name: string): Promise<string[]>;
  /** The attempts of a job as the scheduler tells of them. */
  attempts(jobName: string, executionId: string): Promise<JobExecutionInfo[]>;
  untilJob(jobName: string, executionId: string, status: Status): Promise<JobExecutionInfo>;
  untilEnded(executionId: string): Promise<Status>;
  dispose(): Promise<void>;
}

export interface RunOptions extends More {
  /** `workflow` unless said. */
  readonly name?: string;
  readonly context?: string;
}

export interface RigOptions {
  readonly maxRunningJobs?: number;
  readonly pools?: Readonly<Record<string, number>>;
  /** The function of a project that says where an event belongs. */
  readonly contextOf?: ContextOf;
  /** Whether schedules and rules of workflows act; they do unless said. A restart may change it. */
  startsByItself?: boolean;
}

/** A rig that is gone when the test is. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await createRig(options);
  onTestFinished(async () => await rig.dispose());
  return rig;
}

/** A started scheduler whose time stands still and whose attempts the test ends. */
export async function createRig(options: RigOptions = {}): Promise<Rig> {
  const clock = createManualClock();
  const { contextOf } = options;
  const host = await createTestHost(contextOf === undefined ? { clock } : { clock, contextOf });
  const runner = createScriptedRunner({ outboxRoot: `${host.stateDir}/outboxes` });
  let { pools = {} } = options;
  const open = async (): Promise<Scheduler> => {
    const config = { database: 'scheduler.db', max_running_jobs: options.maxRunningJobs ?? 64, pools };
    const { startsByItself = true } = options;
    const scheduler = localScheduler.create(config, { ...host, runner, startsByItself });
    await scheduler.start();
    return scheduler;
  };
  const rig: Rig = {
    host,
    runner,
    clock,
    file: `${host.stateDir}/scheduler.db`,
    scheduler: await open(),
    async restart(others = pools) {
      pools = others;
      await rig.scheduler.close();
      rig.scheduler = await open();
      return rig.scheduler;
    },
    async run(jobs, rules = [], more = {}) {
      const name = more.name ?? 'workflow';
      await rig.scheduler.submitWorkflow(workflowOf(name, jobs, rules, more), context);
      const options = { context: more.context ?? null };
      const started = await rig.scheduler.startNewWorkflowExecution(project, name, options);
      if (started === null) throw new AssertionError({ message: 'the workflow was submitted' });
      return started.workflowExecutionId;
    },
    submit: async (name, more = {}) => {
      await rig.scheduler.submitWorkflow(workflowOf(name, ['a'], [], more), context);
    },
    executions: async (name) => {
      const found = await rig.scheduler.listWorkflowExecutions(project, name, { limit: 1000 });
      return found.map(({ status, context }) => `${status} ${context ?? '-'}`).reverse();
    },
    attempts: async (jobName, executionId) =>
      (await rig.scheduler.getJobExecutions(jobName, executionId)) ?? [],
    untilJob: (jobName, executionId, status) =>
      until(`${jobName} to be ${status}`, async () => {
        const newest = (await rig.attempts(jobName, executionId)).at(-1);
        return newest?.status === status ? newest : null;
      }),
    untilEnded: (executionId) =>
      until(`${executionId} to end`, async () => {
        const info = await rig.scheduler.getWorkflowExecution(executionId);
        return info === null || info.endDate === null ? null : info.status;
      }),
    async dispose() {
      await rig.scheduler.close();
      await host.dispose();
    },
  };
  return rig;
}

/** Asks until the answer is something; fails after 20 seconds. */
export async function until<T>(what: string, probe: () => T | null | Promise<T | null>): Promise<T> {
  const end = performance.now() + 20_000;
  for (;;) {
    const found = await probe();
    if (found !== null) return found;
    if (performance.now() > end) throw new AssertionError({ message: `expected within 20 s: ${what}` });
    await delay(5);
  }
}
