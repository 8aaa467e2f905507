import assert from 'node:assert/strict';
import { isFinal } from '@aiflow/core';
import { holdersOf } from '../../processes/token.ts';
import type { Case } from '../../suite/case.ts';
import type { JobPluginSuiteOptions } from '../options.ts';
import { assertNothingRuns, assertRunsOnce } from '../running.ts';
import { startSubmitter } from '../submitter-process.ts';
import type { PreparedJob, Workbench } from '../workbench.ts';
import { findFromElsewhere, mustFind } from './find.ts';
import { notLocal } from './processes.ts';

export const crashCases: readonly Case<JobPluginSuiteOptions, Workbench>[] = [
  {
    name: 'a job goes on when the process that submitted it is killed, and findJob finds it',
    run: async (bench) => {
      const job = await submitAndKill(bench, await bench.prepare(bench.options.jobs.runsLong));
      const found = await mustFind(bench, job);
      const other = bench.anotherController();
      assert.equal(await other.getJobStatus(found.handle, found.env), 'RUNNING');
      await assertRunsOnce(bench, found);
      await bench.stop(found, other);
      assert.equal((await bench.end(found, other)).status, 'KILLED');
      await assertNothingLeft(bench, job);
    },
  },
  {
    name: 'a job that ends after the process that submitted it was killed is found with its result',
    run: async (bench) => {
      const { succeeds, fails } = bench.options.jobs;
      const good = await mustFind(bench, await submitAndKill(bench, await bench.prepare(succeeds)));
      assert.deepEqual(await bench.end(good), { status: 'FINISHED', values: succeeds.values, error: null });
      const bad = await mustFind(bench, await submitAndKill(bench, await bench.prepare(fails)));
      assert.equal((await bench.end(bad)).status, 'FAILED');
    },
  },
  {
    name: 'when the process is killed in the middle of submitting, the job is found or has never begun',
    run: async (bench) => {
      for (const milliseconds of bench.options.killAfter ?? [0, 3, 10, 30]) {
        const job = await bench.prepare(bench.options.jobs.runsLong);
        const submitter = startSubmitter(bench, job);
        await submitter.submitting(bench.patience);
        await submitter.killAfter(milliseconds);
        const found = await findFromElsewhere(bench, job);
        if (found !== null) {
          const status = await bench.controller.getJobStatus(found.handle, found.env);
          if (!isFinal(status)) {
            await assertRunsOnce(bench, found);
            await bench.stop(found);
          }
          assert.ok(isFinal((await bench.end(found)).status), 'the job that was found has an end');
        }
        await assertNothingLeft(bench, job);
      }
    },
  },
];

async function submitAndKill(bench: Workbench, job: PreparedJob): Promise<PreparedJob> {
  const submitter = startSubmitter(bench, job);
  await submitter.submitted(bench.patience);
  await submitter.killAfter(0);
  return job;
}

/** After a stop, or when the job never began, nothing of the attempt may be left or appear. */
async function assertNothingLeft(bench: Workbench, job: PreparedJob): Promise<void> {
  await assertNothingRuns(bench, job, { alsoLater: true });
  if (notLocal(bench.options) !== null) return;
  assert.deepEqual(holdersOf(job.env.attemptId), [], 'these processes run and nobody would find them');
}
