import { mkdirSync } from 'node:fs';
import type { AttemptRunner, JobResult, ProjectContext, Scheduler, Workflow } from '@aiflow/core';
import { environmentSecrets, silentLogger, systemClock, workflowFormat } from '@aiflow/core';
import { localScheduler } from '@aiflow/scheduler-local/plugin';

/** A started scheduler-local on a real disk whose jobs end as soon as they begin: what is left is the scheduling. */
export async function openIdleScheduler(stateDir: string): Promise<Scheduler> {
  mkdirSync(stateDir, { recursive: true });
  const scheduler = localScheduler.create(
    { database: 'scheduler.db', max_running_jobs: 16, pools: {} },
    {
      stateDir,
      logger: silentLogger,
      clock: systemClock,
      secrets: environmentSecrets({}),
      runner: idleRunner,
      contextExtractor: () => Promise.reject(new Error('no workflow of a bench has a module')),
      startsByItself: true,
    },
  );
  await scheduler.start();
  return scheduler;
}

export const idleContext: ProjectContext = {
  projectName: 'bench',
  snapshotId: '0'.repeat(64),
  uri: 'memory:0',
};

/** A compiled workflow of jobs without content. */
export function idleWorkflow(workflowName: string, jobs: number, more: Partial<Workflow> = {}): Workflow {
  return {
    format: workflowFormat,
    workflowName,
    properties: {},
    jobs: Array.from({ length: jobs }, (_, at) => ({
      config: { jobName: `job_${at}`, jobType: 'idle', properties: {} },
      platform: 'idle',
      engine: 'idle',
      plan: null,
      inputs: [],
      outputs: [],
    })),
    rules: [],
    workflowRules: [],
    schedules: [],
    contextExtractor: null,
    limits: {},
    dependencies: {},
    plugins: [],
    ...more,
  };
}

const finished: JobResult = { status: 'FINISHED', values: {}, error: null };

const idleRunner: AttemptRunner = {
  start: ({ attemptId }) => ({
    logDir: '/nowhere',
    outboxDir: '/nowhere',
    submitted: Promise.resolve({ jobType: 'idle', plugin: 'idle', version: '1', attemptId, data: null }),
    result: Promise.resolve(finished),
    stop: () => Promise.resolve(),
    detach: () => undefined,
  }),
  find: () => Promise.resolve(null),
};
