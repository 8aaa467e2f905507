import type { Duration } from '../duration.ts';
import { AIFlowError } from '../errors.ts';
import { checkName } from '../names.ts';
import { checkDuration, checkOneOf, checkWhole } from './check.ts';
import type { JobConfig } from './graph.ts';
import type { ExecMode, RetrySpec, RunCondition } from './policy.ts';
import { execModes, retryPolicy, runConditions } from './policy.ts';

/** Where, how and how often a job runs. What the workflow's YAML says of the same wins. */
export interface JobPolicyOptions {
  /** Where it is to run, such as `local` or `kubernetes`; that of the job's type unless said. */
  readonly platform?: string;
  /** By what it is to run, such as `python` or `flink`; that of the job's type unless said. */
  readonly engine?: string;
  /** BATCH unless said. */
  readonly execMode?: ExecMode;
  /** How a failed attempt is followed by another: a number of attempts, or how they are made. None unless said. */
  readonly retry?: RetrySpec;
  /** How long an attempt may run before it is stopped and counts as failed. As long as it wants unless said. */
  readonly timeout?: Duration;
  /** The named pool whose places it takes while it runs. None unless said. */
  readonly pool?: string;
  /** How many places of its pool it takes; 1 unless said. */
  readonly poolSlots?: number;
  /** What the ends of the jobs that it waits for mean to it; `upstream_finished` unless said. */
  readonly runCondition?: RunCondition;
  /** How often the line about the running job is asked for; every 5 seconds unless said. */
  readonly labelInterval?: Duration;
}

/** What {@link jobPolicy} makes: the part of a job's configuration that says where, how and how often it runs. */
export type JobPolicy = Partial<Omit<JobConfig, 'jobName' | 'jobType' | 'properties' | 'schedules'>>;

/** The names of the options, for messages. */
export const jobPolicyKeys: readonly (keyof JobPolicyOptions)[] = [
  'platform',
  'engine',
  'execMode',
  'retry',
  'timeout',
  'pool',
  'poolSlots',
  'runCondition',
  'labelInterval',
];

/**
 * The options as they stand in a job's configuration; what is not said is absent. `what` says whose they are. Throws
 * `define.invalid_option`, `define.unknown_option` (inside of `retry`), `duration.invalid` or `name.invalid`.
 */
export function jobPolicy(options: JobPolicyOptions, what: string): JobPolicy {
  const { platform, engine, execMode, retry, timeout, pool, poolSlots, runCondition, labelInterval } =
    options;
  return {
    ...(platform !== undefined && { platform: checkName(`the platform of ${what}:`, platform) }),
    ...(engine !== undefined && { engine: checkName(`the engine of ${what}:`, engine) }),
    ...(execMode !== undefined && { execMode: checkOneOf(execMode, execModes, `the execMode of ${what}`) }),
    ...(retry !== undefined && { retry: retryPolicy(retry, `the retry of ${what}`) }),
    ...(timeout !== undefined && { timeoutMs: positiveMs(timeout, `the timeout of ${what}`) }),
    ...(pool !== undefined && { pool: checkName(`the pool of ${what}:`, pool) }),
    ...(poolSlots !== undefined && {
      poolSlots: checkWhole(poolSlots, 1, 1_000_000, `the poolSlots of ${what}`),
    }),
    ...(runCondition !== undefined && {
      runCondition: checkOneOf(runCondition, runConditions, `the runCondition of ${what}`),
    }),
    ...(labelInterval !== undefined && {
      labelIntervalMs: positiveMs(labelInterval, `the labelInterval of ${what}`),
    }),
  };
}

function positiveMs(duration: Duration, what: string): number {
  const ms = checkDuration(duration, what);
  if (ms > 0) return ms;
  throw new AIFlowError('define.invalid_option', `${what} must be longer than 0: leave it out for none`);
}
