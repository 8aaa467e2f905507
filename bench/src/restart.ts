import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { AttemptRunner, ProjectHost, Scheduler } from '@aiflow/core';
import {
  createScheduler,
  environmentSecrets,
  loadInto,
  openBlobManager,
  openProject,
  openRunner,
  silentLogger,
  systemClock,
} from '@aiflow/core';
import type { Bench } from './bench.ts';
import { writeWorkflow } from './project-files.ts';
import { describeTime } from './report.ts';

const mostMs = 5_000;

export const restart: Bench = {
  summary: 'start again after a kill -9: running jobs are found, queued ones wait as before',
  run: async ({ report, directory, scaled }) => {
    const [running, queued] = [scaled(1_000), scaled(10_000)];
    const projectDir = join(directory, 'project');
    writeWorkflow(
      projectDir,
      `for (let at = 0; at < ${running + queued}; at += 1) {
    workflow.job(\`job_\${at}\`, (job) => void job.node(bash('exec sleep 3600')));
  }`,
      `scheduler:\n  scheduler_class_name: local\n  scheduler_config:\n    max_running_jobs: ${running}\n`,
    );
    const environment = { ...process.env, AIFLOW_HOME: join(directory, 'state') };
    const { executionId, launching } = await runAndKill(projectDir, running, environment);
    const { scheduler, found } = await openCounting(projectDir, environment);
    const began = performance.now();
    await scheduler.start();
    try {
      const started = performance.now() - began;
      await found(running);
      const wall = performance.now() - began;
      const jobs = (await scheduler.listJobExecutions(executionId)) ?? [];
      const still = jobs.filter(({ status }) => status === 'RUNNING').length;
      report.measured({
        what: `a start that finds ${running} running and ${queued} queued jobs`,
        ours: `${describeTime(wall)}, ${running - still} lost`,
        beside: `launching as many ${describeTime(launching)}`,
        ratio: wall / launching,
        goal: { text: `at most ${mostMs / 1000} s`, met: wall <= mostMs && still === running },
      });
      report.note(`requests are taken after ${describeTime(started)}`);
    } finally {
      await scheduler.stopWorkflowExecution(executionId);
      await scheduler.close();
    }
  },
};

interface Killed {
  readonly executionId: string;
  /** How long it took until all ran, from the start of the process. */
  readonly launching: number;
}

async function runAndKill(projectDir: string, running: number, env: NodeJS.ProcessEnv): Promise<Killed> {
  const began = performance.now();
  const program = join(import.meta.dirname, 'hosted.ts');
  const child = spawn(process.execPath, [program, projectDir, String(running)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const line = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const told = await Promise.race([line, ended.then(() => null)]);
  if (told === null) throw new Error(`the scheduler that was to be killed ended by itself`);
  const launching = performance.now() - began;
  child.kill('SIGKILL');
  await ended;
  return { executionId: told[0], launching };
}

/** The project's scheduler, not yet started, and how to wait until its worker has found so many attempts. */
async function openCounting(
  projectDir: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ readonly scheduler: Scheduler; readonly found: (count: number) => Promise<void> }> {
  const project = await openProject(projectDir, environment);
  const host = {
    clock: systemClock,
    logger: silentLogger,
    secrets: environmentSecrets(environment),
    stateDir: project.stateDir,
  };
  const parts: ProjectHost = { project, host, environment };
  const blob = await openBlobManager(parts);
  const worker = openRunner(parts, blob.manager);
  let count = 0;
  let tell = (): void => undefined;
  const runner: AttemptRunner = {
    start: (attempt) => worker.start(attempt),
    find: async (attempt, options) => {
      const run = await worker.find(attempt, options);
      if (run !== null) count += 1;
      tell();
      return run;
    },
  };
  const [name = ''] = await loadInto(parts, [{ kind: 'scheduler', className: project.scheduler.className }]);
  const contextExtractor = (): Promise<never> => Promise.reject(new Error('the bench has no extractor'));
  const scheduler = await createScheduler(project, name, {
    ...host,
    runner,
    contextExtractor,
    startsByItself: false,
  });
  const found = async (wanted: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    tell = () => (count >= wanted ? resolve() : undefined);
    tell();
    await promise;
  };
  return { scheduler, found };
}
