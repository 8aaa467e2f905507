import type { Schema } from '@aiflow/core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';

/** What a Flink job can be told under `properties` in the workflow's YAML. */
export interface FlinkProperties {
  /**
   * `local`: a mini cluster in a Python process of this machine, for Python and SQL. `cluster`: the one that
   * `jobmanager` or `flink_run_args` names. Unless said, `cluster` when one of those is there, else `local`.
   */
  readonly run_mode?: 'local' | 'cluster';
  /** The REST address of the cluster's JobManager, such as `http://flink:8081`. */
  readonly jobmanager?: string;
  /** The address of the SQL gateway, such as `http://flink:8083`: SQL jobs need no client then. */
  readonly sql_gateway?: string;
  /** Arguments of `flink run`, such as `[-t, yarn-session]`: the job is submitted by that command. */
  readonly flink_run_args?: readonly string[];
  /** Arguments of `flink cancel` and `flink stop`, for a cluster without `jobmanager`. */
  readonly flink_stop_args?: readonly string[];
  /** How a job that runs is stopped: `cancel` unless said, or `stop`, with a savepoint. */
  readonly stop_mode?: 'cancel' | 'stop';
  /** Where savepoints go, as the cluster sees it; the cluster's own default unless said. */
  readonly savepoint_dir?: string;
  /** The savepoint to start from: its path, or `last` for the last one that stopping this job has made. */
  readonly savepoint?: string;
  /** Whether a start from a savepoint may leave out state that the job has no place for. */
  readonly allow_non_restored_state?: boolean;
  readonly parallelism?: number;
  /** Flink's configuration for this job. `${NAME}` in a value is resolved when the job is submitted. */
  readonly flink_conf?: Readonly<Record<string, string>>;
  /** Variables for the environment of processes on this machine; `${NAME}` as in `flink_conf`. */
  readonly env?: Readonly<Record<string, string>>;
  /** The distribution, where `bin/flink` lies; `FLINK_HOME` unless said, or else `flink` is looked for in `PATH`. */
  readonly flink_home?: string;
  /** The Python with PyFlink; `python3` unless said. */
  readonly python_executable_path?: string;
  /** How many rows of a SELECT are kept as its node's result; 100 unless said. */
  readonly result_rows?: number;
  /** How long a cluster that does not answer is asked again before the job counts as unknown; 600 unless said. */
  readonly unreachable_seconds?: number;
  /** How long a process of this machine has to end by itself, in seconds; 5 unless said. */
  readonly stop_grace_seconds?: number;
}

const text = v.pipe(v.string('expected a text'), v.minLength(1, 'expected a text, found nothing'));
const address = v.pipe(
  v.string(),
  v.regex(
    /^(https?:\/\/)?[^\s/:@]+(:\d{1,5})?(\/[^\s?#]*)?$/,
    'expected an address such as http://host:8081, without a user or a query',
  ),
);
const seconds = v.pipe(
  v.number(),
  v.minValue(0, 'expected 0 or more'),
  v.maxValue(86_400, 'expected a day at most'),
);
const variableName = v.pipe(
  v.string(),
  v.regex(/^[^=\0]+$/, 'expected the name of an environment variable, which holds no "="'),
  v.check(
    (name) => !name.startsWith('AIFLOW_'),
    'names that begin with AIFLOW_ are set by AIFlow: use another one',
  ),
);
const texts = v.string('expected a text: put numbers into quotes');
const described = <T extends v.GenericSchema>(schema: T, says: string) => v.pipe(schema, v.description(says));

const entries = {
  run_mode: described(
    v.exactOptional(v.picklist(['local', 'cluster'])),
    'Where the job runs; cluster when jobmanager or flink_run_args is there, else local.',
  ),
  jobmanager: described(v.exactOptional(address), "The REST address of the cluster's JobManager."),
  sql_gateway: described(v.exactOptional(address), 'The address of the SQL gateway.'),
  flink_run_args: described(
    v.exactOptional(v.array(text)),
    'Arguments of `flink run`; the job is submitted by that command.',
  ),
  flink_stop_args: described(v.optional(v.array(text), []), 'Arguments of `flink cancel` and `flink stop`.'),
  stop_mode: described(
    v.optional(v.picklist(['cancel', 'stop']), 'cancel'),
    'How a job that runs is stopped: stop makes a savepoint.',
  ),
  savepoint_dir: described(v.exactOptional(text), 'Where savepoints go, as the cluster sees it.'),
  savepoint: described(v.exactOptional(text), 'The savepoint to start from: a path, or last.'),
  allow_non_restored_state: described(
    v.optional(v.boolean(), false),
    'Whether state of the savepoint may be left out.',
  ),
  parallelism: described(
    v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    "The job's parallelism.",
  ),
  flink_conf: described(
    v.optional(v.record(text, texts), {}),
    "Flink's configuration; ${NAME} in a value is resolved when the job is submitted.",
  ),
  env: described(
    v.optional(v.record(variableName, texts), {}),
    'Variables for processes of this machine; ${NAME} in a value is resolved when the job is submitted.',
  ),
  flink_home: described(v.exactOptional(text), 'The distribution, where bin/flink lies.'),
  python_executable_path: described(
    v.optional(text, 'python3'),
    'The Python with PyFlink: a name looked up in PATH, or a path.',
  ),
  result_rows: described(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)), 100),
    'How many rows of a SELECT are kept.',
  ),
  unreachable_seconds: described(
    v.optional(seconds, 600),
    'How long a cluster that does not answer is asked again.',
  ),
  stop_grace_seconds: described(
    v.optional(seconds, 5),
    'How long a process of this machine has to end by itself.',
  ),
};

const properties = v.pipe(
  v.strictObject(entries),
  v.check(
    ({ run_mode, jobmanager, flink_run_args }) =>
      run_mode !== 'cluster' || jobmanager !== undefined || flink_run_args !== undefined,
    'run_mode cluster needs the address in jobmanager, or flink_run_args',
  ),
  v.check(
    ({ run_mode, jobmanager, flink_run_args }) =>
      run_mode !== 'local' || (jobmanager === undefined && flink_run_args === undefined),
    'run_mode local takes neither jobmanager nor flink_run_args: leave run_mode out, or them',
  ),
  v.check(
    ({ sql_gateway, jobmanager }) => sql_gateway === undefined || jobmanager !== undefined,
    'sql_gateway needs jobmanager: the cluster that the gateway sends jobs to',
  ),
  v.check(
    ({ flink_run_args = [], jobmanager }) =>
      jobmanager !== undefined || !flink_run_args.some((argument) => argument.endsWith('-application')),
    'an application target needs jobmanager: its client ends before the job does, and the job is watched there',
  ),
);

/** The schema of {@link FlinkProperties}; what it gives has the defaults filled in. */
export const flinkPropertiesSchema: Schema<FlinkProperties> = toStandardJsonSchema(properties);

type WithDefault =
  | 'flink_stop_args'
  | 'stop_mode'
  | 'allow_non_restored_state'
  | 'flink_conf'
  | 'env'
  | 'python_executable_path'
  | 'result_rows'
  | 'unreachable_seconds'
  | 'stop_grace_seconds';

/** Properties with their defaults. */
export type FlinkSettings = FlinkProperties & Required<Pick<FlinkProperties, WithDefault>>;

/** The properties of a compiled job, with the defaults. They passed the schema when the workflow was compiled. */
export function readProperties(found: unknown): FlinkSettings {
  return v.parse(properties, found) as FlinkSettings;
}
