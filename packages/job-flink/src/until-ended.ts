import type { JobResult, JobRuntimeEnv } from '@aiflow/core';
import { isAIFlowError } from '@aiflow/core';
import { unreachable } from './http.ts';

export interface Waiting {
  readonly env: JobRuntimeEnv;
  /** How long a cluster that does not answer is asked again. */
  readonly unreachable_seconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** Looks until there is an end. Throws `flink.unreachable` when nobody has answered for too long, and a signal's reason. */
export async function untilEnded(
  look: () => Promise<JobResult | null>,
  { env, unreachable_seconds, signal }: Waiting,
): Promise<JobResult> {
  let answered = env.clock.monotonic();
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 1000)) {
    signal?.throwIfAborted();
    try {
      const result = await look();
      if (result !== null) return result;
      answered = env.clock.monotonic();
    } catch (error) {
      if (!isAIFlowError(error, unreachable)) throw error;
      if (env.clock.monotonic() - answered >= unreachable_seconds * 1000) throw error;
    }
    await env.clock.sleep(pause, { ...(signal && { signal }) });
  }
}
