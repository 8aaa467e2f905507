import assert from 'node:assert/strict';
import type { Case } from '../../suite/case.ts';
import { within } from '../../suite/wait.ts';
import type { JobPluginSuiteOptions } from '../options.ts';
import type { PreparedJob, SubmittedJob, Workbench } from '../workbench.ts';

export const findCases: readonly Case<JobPluginSuiteOptions, Workbench>[] = [
  {
    name: 'findJob gives null for an attempt that never began',
    run: async (bench) => {
      await bench.submit(bench.options.jobs.runsLong);
      const prepared = await bench.prepare(bench.options.jobs.runsLong);
      assert.equal(await findFromElsewhere(bench, prepared), null);
    },
  },
  {
    name: 'findJob of another controller gives the handle of a job that runs, by which it can be stopped',
    run: async (bench) => {
      const job = await bench.submit(bench.options.jobs.runsLong);
      const found = await mustFind(bench, job);
      assert.equal(found.handle.attemptId, job.env.attemptId);
      const other = bench.anotherController();
      assert.equal(await other.getJobStatus(found.handle, found.env), 'RUNNING');
      await bench.stop(found, other);
      assert.equal((await bench.end(job)).status, 'KILLED');
    },
  },
  {
    name: 'findJob of another controller gives the handle of a job that has ended, with its result',
    run: async (bench) => {
      for (const fixture of [bench.options.jobs.succeeds, bench.options.jobs.fails]) {
        const job = await bench.submit(fixture);
        const result = await bench.end(job);
        const found = await mustFind(bench, job);
        assert.deepEqual(await bench.end(found, bench.anotherController()), result);
      }
    },
  },
];

/** What a controller without memory finds of an attempt. */
export async function findFromElsewhere(bench: Workbench, job: PreparedJob): Promise<SubmittedJob | null> {
  const finding = bench.anotherController().findJob(job.job, job.env);
  const handle = await within('findJob', finding, bench.patience);
  return handle === null ? null : { ...job, handle };
}

export async function mustFind(bench: Workbench, job: PreparedJob): Promise<SubmittedJob> {
  const found = await findFromElsewhere(bench, job);
  assert.ok(found !== null, 'findJob finds a job that was submitted');
  return found;
}
