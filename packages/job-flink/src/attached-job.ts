import type { JobHandle, JobRuntimeEnv } from '@aiflow/core';
import { isAIFlowError } from '@aiflow/core';
import type { ProcessJobController } from '@aiflow/process';
import { clientSubmission } from './client-submission.ts';
import type { ClientWords } from './client-words.ts';
import { whatClientSaid } from './client-words.ts';
import type { ClusterJob } from './cluster-end.ts';
import { jobsOf } from './cluster.ts';
import type { FlinkHandleData } from './handle.ts';
import { refused, unreachable } from './http.ts';
import { JobManager } from './job-manager.ts';
import { outlivedRecord } from './records.ts';
import type { Submission } from './submission.ts';

/** An attempt that a client waits for, in a process of this machine. */
export interface AttachedJob {
  readonly handle: JobHandle;
  readonly data: FlinkHandleData;
  readonly env: JobRuntimeEnv;
  readonly client: ProcessJobController<FlinkHandleData>;
}

/** Nobody may wait for long for a JobManager that is perhaps behind a firewall: there is the client's word. */
const patience = 5000;

/** The attempt as its JobManager sees it, where the client said how to reach that; null while it has not. */
export function onCluster(
  { data, env, client }: AttachedJob,
  { jobmanager }: ClientWords,
): ClusterJob | null {
  if (jobmanager === null) return null;
  return { data, env, jobManager: new JobManager(jobmanager, patience), submission: attached(client) };
}

/** The same, when the JobManager answers. */
export async function onAnsweringCluster(job: AttachedJob): Promise<ClusterJob | null> {
  const found = onCluster(job, await whatClientSaid(job.env));
  if (found === null) return null;
  try {
    await jobsOf(found.jobManager, job.env);
    return found;
  } catch (error) {
    if (isSilent(error)) return null;
    throw error;
  }
}

/** What the client named gives no answer of a JobManager: a firewall, a proxy, a cluster that ended with its job. */
export function isSilent(error: unknown): boolean {
  return isAIFlowError(error, unreachable) || isAIFlowError(error, refused);
}

/** The client has waited for its jobs: that the cluster forgot one is no loss, unless it is one that went on without it. */
function attached(client: ProcessJobController<FlinkHandleData>): Submission {
  const submission = clientSubmission(client);
  return {
    ...submission,
    async look(data, env) {
      const state = await submission.look(data, env);
      if (state.kind !== 'done') return state;
      return { ...state, jobs: (await outlivedRecord.read(env)) === null ? 0 : 1 };
    },
  };
}
