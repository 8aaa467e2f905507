import type { Job, JobHandle, JobRuntimeEnv } from '@aiflow/core';
import type { ProcessJobController } from '@aiflow/process';
import type { FlinkHandleData } from './handle.ts';
import { origin } from './handle.ts';
import { readCut, readRunnerResult } from './runner-request.ts';
import type { Submission } from './submission.ts';

/** How long a job that the client was just sending when it was killed may take to come to light. */
export const settleMs = 3000;

/**
 * Flink's command as a process of this machine that outlives us: it is found again like every other, and what it brings
 * to the cluster has the attempt's ids or its marker.
 */
export function clientSubmission(client: ProcessJobController<FlinkHandleData>): Submission {
  return {
    async submit(job: Job, env: JobRuntimeEnv) {
      await client.submitJob(job, env);
    },
    async find(job, env) {
      return (await client.findJob(job, env)) !== null;
    },
    async look(data, env) {
      const end = await client.getResult(processHandle(data, env), { env, blocking: false });
      const cut = data.kind === 'java' ? [] : await readCut(env);
      if (end === null) return { kind: 'under_way', cut };
      if (end.status === 'FINISHED') {
        const jobs = data.kind === 'java' ? null : ((await readRunnerResult(env))?.jobs ?? 0);
        return { kind: 'done', jobs, values: end.values, cut };
      }
      const error = end.error ?? {
        code: 'flink.client_killed',
        message: 'the Flink client was ended',
        context: {},
      };
      return { kind: 'failed', error, cut };
    },
    async end(data, env) {
      const handle = processHandle(data, env);
      const isOver = (await client.getResult(handle, { env, blocking: false })) !== null;
      if (!isOver) await client.stopJob(handle, env);
      return { settleMs: isOver ? 0 : settleMs };
    },
    async cleanup() {},
  };
}

function processHandle(data: FlinkHandleData, env: JobRuntimeEnv): JobHandle<FlinkHandleData> {
  return {
    jobType: 'flink',
    plugin: origin.package,
    version: origin.version,
    attemptId: env.attemptId,
    data,
  };
}
