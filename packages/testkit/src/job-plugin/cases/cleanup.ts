import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case } from '../../suite/case.ts';
import { within } from '../../suite/wait.ts';
import type { JobPluginSuiteOptions } from '../options.ts';
import type { SubmittedJob, Workbench } from '../workbench.ts';

export const cleanupCases: readonly Case<JobPluginSuiteOptions, Workbench>[] = [
  {
    name: 'cleanupJob keeps the logs, and a second one does nothing',
    run: async (bench) => {
      const { succeeds, fails } = bench.options.jobs;
      for (const fixture of [succeeds, fails]) {
        const job = await bench.submit(fixture);
        await bench.end(job);
        const logs = await readLogs(job);
        await cleanup(bench, job);
        await cleanup(bench, job);
        assert.deepEqual(await readLogs(job), logs);
      }
    },
  },
  {
    name: 'cleanupJob works from another controller and after a stop',
    run: async (bench) => {
      const job = await bench.submit(bench.options.jobs.runsLong);
      await bench.stop(job);
      const other = bench.anotherController();
      await within('cleanupJob', other.cleanupJob(job.handle, job.env), bench.patience);
      await cleanup(bench, job);
    },
  },
];

async function cleanup(bench: Workbench, job: SubmittedJob): Promise<void> {
  await within('cleanupJob', bench.controller.cleanupJob(job.handle, job.env), bench.patience);
}

async function readLogs({ env }: SubmittedJob): Promise<Record<string, string>> {
  const logs: Record<string, string> = {};
  for (const entry of await readdir(env.logDir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) logs[entry.name] = await readFile(join(entry.parentPath, entry.name), 'latin1');
  }
  return logs;
}
