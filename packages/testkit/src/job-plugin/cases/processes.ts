import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobPluginFactory } from '@aiflow/core';
import type { ProcessIdentity } from '../../processes/token.ts';
import { canFindProcesses, holdersOf, identify, isAlive } from '../../processes/token.ts';
import type { Case } from '../../suite/case.ts';
import { until } from '../../suite/wait.ts';
import type { JobPluginSuiteOptions } from '../options.ts';
import type { SubmittedJob, Workbench } from '../workbench.ts';

interface Tree {
  readonly job: SubmittedJob;
  /** What the script started, by the name that says how it tries to escape. */
  readonly processes: ReadonlyMap<string, ProcessIdentity>;
}

export const processCases: readonly Case<JobPluginSuiteOptions, Workbench>[] = [
  {
    name: 'every process of a job carries AIFLOW_ATTEMPT_ID in its environment',
    skip: notLocal,
    run: async (bench) => {
      const { job, processes } = await startTree(bench);
      for (const name of processes.keys())
        assert.equal(readTree(job, `${name}.token`), job.env.attemptId, name);
    },
  },
  {
    name: 'stopJob resolves only when no process of the job is left, wherever it fled to',
    skip: notLocal,
    run: async (bench) => {
      const { job, processes } = await startTree(bench);
      await bench.stop(job);
      const survivors = [...processes].filter(([, identity]) => isAlive(identity)).map(([name]) => name);
      assert.deepEqual(survivors, [], 'these processes outlived the stop');
      assert.deepEqual(holdersOf(job.env.attemptId), [], 'these processes of the attempt outlived the stop');
      assert.equal(await bench.controller.getJobStatus(job.handle, job.env), 'KILLED');
    },
  },
  {
    name: 'stopJob of one attempt leaves the processes of another alone',
    skip: notLocal,
    run: async (bench) => {
      const [stopped, other] = [await startTree(bench), await startTree(bench)];
      await bench.stop(stopped.job);
      const lost = [...other.processes].filter(([, identity]) => !isAlive(identity)).map(([name]) => name);
      assert.deepEqual(lost, [], 'these processes of another attempt were ended');
    },
  },
];

/** Why the cases of the process tree do not apply, or null. */
export function notLocal({ factory }: { readonly factory: JobPluginFactory }): string | null {
  if (factory.capabilities['localProcesses'] !== true)
    return 'the plugin does not declare the capability localProcesses';
  return canFindProcesses ? null : 'this system does not show the environments of processes';
}

/** Submits the job that runs the tree script, and waits until all that it starts is there. */
async function startTree(bench: Workbench): Promise<Tree> {
  const { startsProcesses } = bench.options.jobs;
  assert.ok(startsProcesses !== undefined);
  const job = await bench.submit(startsProcesses);
  await until(
    'the script aiflow-tree.sh to have started its processes',
    () => existsSync(treePath(job, 'ready')),
    bench.patience,
  );
  const processes = new Map<string, ProcessIdentity>();
  for (const name of readTree(job, 'ready').split(' ')) {
    const identity = identify(Number(readTree(job, name)));
    assert.ok(identity !== null, `process ${name} of the script is alive before the stop`);
    processes.set(name, identity);
  }
  return { job, processes };
}

function treePath({ env }: SubmittedJob, file: string): string {
  return join(env.workingDir, 'tree', file);
}

function readTree(job: SubmittedJob, file: string): string {
  return readFileSync(treePath(job, file), 'utf8').trim();
}
