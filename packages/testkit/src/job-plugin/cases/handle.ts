import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { canonicalJson, errorCode, findNonJson } from '@aiflow/core';
import { canFindProcesses } from '../../processes/token.ts';
import type { Case } from '../../suite/case.ts';
import type { JobPluginSuiteOptions } from '../options.ts';
import type { SubmittedJob, Workbench } from '../workbench.ts';

export const handleCases: readonly Case<JobPluginSuiteOptions, Workbench>[] = [
  {
    name: 'a handle is plain JSON that names the plugin and the attempt',
    run: async (bench) => {
      const { factory, jobs } = bench.options;
      const { handle, env } = await bench.submit(jobs.succeeds);
      assert.equal(findNonJson(handle), null, 'a handle is plain JSON, but for what stands at this path');
      assert.deepEqual(
        {
          jobType: handle.jobType,
          plugin: handle.plugin,
          version: handle.version,
          attemptId: handle.attemptId,
        },
        {
          jobType: factory.jobType,
          plugin: factory.package,
          version: factory.version,
          attemptId: env.attemptId,
        },
      );
    },
  },
  {
    name: 'a handle that was written down and read again works with another controller',
    run: async (bench) => {
      const job = await bench.submit(bench.options.jobs.runsLong);
      const read: SubmittedJob = {
        ...job,
        handle: JSON.parse(JSON.stringify(job.handle)) as typeof job.handle,
      };
      const other = bench.anotherController();
      assert.equal(await other.getJobStatus(read.handle, read.env), 'RUNNING');
      await bench.stop(read, other);
      assert.equal((await bench.end(read, other)).status, 'KILLED');
    },
  },
  {
    name: 'no secret is in a handle, in a log line or on a command line',
    run: async (bench) => {
      const { runsLong, usesSecret } = bench.options.jobs;
      const job = await bench.submit(usesSecret ?? runsLong);
      assert.ok(!canonicalJson(job.handle).includes(bench.canary), 'the handle holds the value of a secret');
      assert.ok(
        !canonicalJson(bench.host.logger.records).includes(bench.canary),
        'the plugin logged the value of a secret',
      );
      const lines = commandLines().filter((line) => line.includes(bench.canary));
      assert.deepEqual(lines, [], 'every user of the machine can read a command line');
      const found = await bench.anotherController().findJob(job.job, job.env);
      assert.ok(
        !canonicalJson(found).includes(bench.canary),
        'the handle that findJob gives holds the value of a secret',
      );
    },
  },
];

/** The command lines of this machine's processes; none where it does not show them. */
function commandLines(): string[] {
  if (!canFindProcesses) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch (error) {
        if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return ''; // it ended meanwhile
        throw error;
      }
    });
}
