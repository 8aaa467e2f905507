import * as v from 'valibot';
import type { RunCondition } from '../../define/policy.ts';
import type { Duration } from '../../duration.ts';
import { durationMs } from '../../duration.ts';
import type { JsonObject } from '../../json.ts';
import type { Maybe, Part } from './parts.ts';
import { duration, mapping, name, numberFrom, positiveDuration, said, wholeNumber } from './parts.ts';
import type { PeriodicKeys } from './periodic.ts';
import { periodic } from './periodic.ts';

export interface RetryKeys {
  readonly limit: number;
  readonly delay?: Maybe<Duration>;
  readonly backoff?: Maybe<number>;
  readonly max_delay?: Maybe<Duration>;
  readonly jitter?: Maybe<number>;
}

export interface JobKeys {
  readonly job_type?: Maybe<string>;
  readonly job_name?: Maybe<string>;
  readonly platform?: Maybe<string>;
  readonly engine?: Maybe<string>;
  readonly exec_mode?: Maybe<string>;
  readonly job_label_report_interval?: Maybe<Duration>;
  readonly properties?: Maybe<JsonObject>;
  readonly periodic_config?: Maybe<PeriodicKeys | PeriodicKeys[]>;
  readonly retry?: Maybe<number | RetryKeys>;
  readonly timeout?: Maybe<Duration>;
  readonly pool?: Maybe<string>;
  readonly pool_slots?: Maybe<number>;
  readonly run_condition?: Maybe<RunCondition>;
}

const retryKeys: Part<RetryKeys> = v.pipe(
  v.strictObject({
    limit: v.pipe(wholeNumber(0, 10_000), v.description('At most this many attempts after the first.')),
    delay: said(duration, 'How long to wait before the first of them.', { default: '10s' }),
    backoff: said(numberFrom(1, 100), 'Each wait is this many times the one before.', { default: 2 }),
    max_delay: said(duration, 'No wait is longer.', { default: '10m' }),
    jitter: said(numberFrom(0, 1), 'Up to which part of itself a wait is made longer or shorter by chance.', {
      default: 0.1,
    }),
  }),
  v.check(
    ({ delay, max_delay }) => (durationMs(max_delay ?? '') ?? Infinity) >= (durationMs(delay ?? '10s') ?? 0),
    'max_delay is shorter than delay: make it at least as long',
  ),
);

/** What the YAML of a workflow may say of one job. */
const keys: Part<JobKeys> = v.strictObject({
  job_type: said(name, 'Repeats the type that the processors of the job have.', {
    examples: ['bash', 'python', 'flink'],
  }),
  job_name: said(name, 'Repeats the key that it stands under.'),
  platform: said(name, 'Where the job is to run; that of its type unless said.', {
    examples: ['local', 'kubernetes'],
  }),
  engine: said(name, 'By what the job is to run; that of its type unless said.', {
    examples: ['python', 'flink', 'cmd_line'],
  }),
  exec_mode: said(
    v.pipe(
      v.string(),
      v.regex(/^(?:[Bb][Aa][Tt][Cc][Hh]|[Ss][Tt][Rr][Ee][Aa][Mm])$/, 'expected BATCH or STREAM'),
    ),
    'Whether the job comes to an end by itself (BATCH) or goes on (STREAM).',
    { default: 'BATCH', examples: ['BATCH', 'STREAM'] },
  ),
  job_label_report_interval: said(
    positiveDuration,
    'How often the line about the running job is asked for; a number is seconds.',
    { default: 5 },
  ),
  properties: said(mapping, 'The options of the job type.'),
  periodic_config: periodic,
  retry: said(
    v.union([wholeNumber(0, 10_000), retryKeys]),
    'How a failed attempt is followed by another: how many times, or how in detail.',
    { examples: [3, { limit: 3, delay: '30s', backoff: 2, max_delay: '10m', jitter: 0.1 }] },
  ),
  timeout: said(positiveDuration, 'How long an attempt may run before it is stopped and counts as failed.'),
  pool: said(name, 'The named pool whose places the job takes while it runs.'),
  pool_slots: said(wholeNumber(1, 1_000_000), 'How many places of its pool it takes.', { default: 1 }),
  run_condition: said(
    v.picklist(['upstream_finished', 'upstream_ended', 'upstream_failed']),
    'What the ends of the jobs that it waits for mean to it.',
    { default: 'upstream_finished' },
  ),
});

/** A job; one with nothing behind its name is a job without settings. */
export const jobSchema: Part<Maybe<JobKeys>> = v.pipe(
  v.nullish(keys),
  v.metadata({ title: 'Job', description: 'A job of the workflow, by its name.' }),
);
