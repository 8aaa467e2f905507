import { availableParallelism } from 'node:os';
import type { Schema } from '@aiflow/core';
import { isName } from '@aiflow/core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';

/** What the configuration of this scheduler may say, under `scheduler_config`. */
export interface LocalSchedulerOptions {
  /** The database file; a relative path starts at the state directory. `scheduler.db` unless said. */
  readonly database: string;
  /** At most this many attempts run at once, over all executions. Twice the number of processors unless said. */
  readonly max_running_jobs: number;
  /** How many places each named pool has, such as `{ gpu: 2 }`: jobs that name it share them. None unless said. */
  readonly pools: Readonly<Record<string, number>>;
}

const places = v.pipe(
  v.number(),
  v.integer('expected a whole number'),
  v.minValue(1, 'expected at least 1'),
  v.maxValue(100_000, 'expected at most 100000'),
);

/** The options' schema. Unknown keys are refused. */
export const localSchedulerOptions: Schema<LocalSchedulerOptions> = toStandardJsonSchema(
  v.strictObject({
    database: v.pipe(
      v.optional(v.pipe(v.string(), v.minLength(1, 'expected the path of a file')), 'scheduler.db'),
      v.description('The database file; a relative path starts at the state directory.'),
    ),
    max_running_jobs: v.pipe(
      v.optional(places, () => 2 * availableParallelism()),
      v.description('At most this many attempts run at once; twice the number of processors unless said.'),
    ),
    pools: v.pipe(
      v.optional(v.record(v.pipe(v.string(), v.check(isName, 'expected a name of a pool')), places), {}),
      v.description('How many places each named pool has; jobs that name a pool share them.'),
    ),
  }),
);
