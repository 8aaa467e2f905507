import assert from 'node:assert/strict';
import { findNonJson } from '@aiflow/core';
import type { Case } from '../../suite/case.ts';
import { within } from '../../suite/wait.ts';
import type { JobPluginSuiteOptions } from '../options.ts';
import type { Workbench } from '../workbench.ts';

export const resultCases: readonly Case<JobPluginSuiteOptions, Workbench>[] = [
  {
    name: 'a job that succeeds ends FINISHED with the values of its nodes',
    run: async (bench) => {
      const { succeeds } = bench.options.jobs;
      const job = await bench.submit(succeeds);
      assert.deepEqual(await bench.end(job), { status: 'FINISHED', values: succeeds.values, error: null });
      assert.equal(await bench.controller.getJobStatus(job.handle, job.env), 'FINISHED');
    },
  },
  {
    name: 'a job that fails is a result with an error, and nothing is thrown',
    run: async (bench) => {
      const job = await bench.submit(bench.options.jobs.fails);
      const result = await bench.end(job);
      assert.equal(result.status, 'FAILED');
      assert.ok(result.error !== null, 'a failed result has an error');
      assert.match(result.error.code, /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/, 'an error has a dotted code');
      assert.notEqual(result.error.message.trim(), '', 'an error has a message for people');
      assert.equal(findNonJson(result), null, 'a result is plain JSON, but for what stands at this path');
      assert.equal(await bench.controller.getJobStatus(job.handle, job.env), 'FAILED');
    },
  },
  {
    name: 'getResult that is not blocking gives null at once while the job runs',
    run: async (bench) => {
      const job = await bench.submit(bench.options.jobs.runsLong);
      const asked = bench.controller.getResult(job.handle, { env: job.env, blocking: false });
      assert.equal(await within('an answer of a getResult that does not block', asked, bench.patience), null);
      assert.equal(await bench.controller.getJobStatus(job.handle, job.env), 'RUNNING');
    },
  },
  {
    name: 'a result can be read again, and by another controller',
    run: async (bench) => {
      for (const fixture of [bench.options.jobs.succeeds, bench.options.jobs.fails]) {
        const job = await bench.submit(fixture);
        const first = await bench.end(job);
        assert.deepEqual(await bench.end(job), first);
        assert.deepEqual(
          await bench.controller.getResult(job.handle, { env: job.env, blocking: false }),
          first,
        );
        assert.deepEqual(await bench.end(job, bench.anotherController()), first);
      }
    },
  },
  {
    name: 'two attempts side by side have each their own end',
    run: async (bench) => {
      const [good, bad, long] = await Promise.all([
        bench.submit(bench.options.jobs.succeeds),
        bench.submit(bench.options.jobs.fails),
        bench.submit(bench.options.jobs.runsLong),
      ]);
      assert.equal((await bench.end(bad)).status, 'FAILED');
      assert.equal((await bench.end(good)).status, 'FINISHED');
      await bench.stop(long);
      assert.equal((await bench.end(long)).status, 'KILLED');
    },
  },
  {
    name: 'a signal ends the wait of getResult with its reason, and not the job',
    run: async (bench) => {
      const job = await bench.submit(bench.options.jobs.runsLong);
      const stopWaiting = new AbortController();
      const waiting = bench.controller.getResult(job.handle, {
        env: job.env,
        blocking: true,
        signal: stopWaiting.signal,
      });
      const reason = new Error('enough waiting');
      setImmediate(() => stopWaiting.abort(reason));
      const ended = assert.rejects(
        waiting,
        (thrown) => thrown === reason,
        'the wait rejects with the reason of its signal',
      );
      await within('the end of a wait whose signal was aborted', ended, bench.patience);
      const late = bench.controller.getResult(job.handle, {
        env: job.env,
        blocking: true,
        signal: AbortSignal.abort(reason),
      });
      await within('the end of a wait that began aborted', assert.rejects(late), bench.patience);
      assert.equal(await bench.controller.getJobStatus(job.handle, job.env), 'RUNNING');
    },
  },
];
