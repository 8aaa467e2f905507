import assert from 'node:assert/strict';
import type { Case } from '../../suite/case.ts';
import type { JobPluginSuiteOptions } from '../options.ts';
import { assertNothingRuns } from '../running.ts';
import type { Workbench } from '../workbench.ts';

export const stopCases: readonly Case<JobPluginSuiteOptions, Workbench>[] = [
  {
    name: 'stopJob resolves when the job has ended, KILLED and without an error',
    run: async (bench) => {
      const job = await bench.submit(bench.options.jobs.runsLong);
      await bench.stop(job);
      await assertNothingRuns(bench, job, { alsoLater: false });
      assert.equal(await bench.controller.getJobStatus(job.handle, job.env), 'KILLED');
      const result = await bench.controller.getResult(job.handle, { env: job.env, blocking: false });
      assert.equal(result?.status, 'KILLED', 'the result is there as soon as the stop has resolved');
    },
  },
  {
    name: 'a stop ends the wait of whoever waits for the result',
    run: async (bench) => {
      const job = await bench.submit(bench.options.jobs.runsLong);
      const waiting = bench.end(job);
      await bench.stop(job, bench.anotherController());
      assert.equal((await waiting).status, 'KILLED');
    },
  },
  {
    name: 'a second stop does nothing, also at the same time and from another controller',
    run: async (bench) => {
      const job = await bench.submit(bench.options.jobs.runsLong);
      await Promise.all([bench.stop(job), bench.stop(job), bench.stop(job, bench.anotherController())]);
      await bench.stop(job);
      assert.equal((await bench.end(job)).status, 'KILLED');
    },
  },
  {
    name: 'a stop after the end leaves the result as it was',
    run: async (bench) => {
      for (const fixture of [bench.options.jobs.succeeds, bench.options.jobs.fails]) {
        const job = await bench.submit(fixture);
        const result = await bench.end(job);
        await bench.stop(job);
        assert.deepEqual(await bench.end(job), result);
        assert.equal(await bench.controller.getJobStatus(job.handle, job.env), result.status);
      }
    },
  },
];
