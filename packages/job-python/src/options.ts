import type { Schema } from '@aiflow/core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';

/** What a Python job can be told under `properties` in the workflow's YAML. */
export interface PythonProperties {
  /**
   * The Python, 3.9 or later, that runs the job: a name that is looked up in the job's `PATH`, or a path, absolute or
   * relative to the project. `python3` unless said.
   */
  readonly python_executable_path?: string;
  /**
   * Variables for the job's environment. A value may say `${NAME}`, which is resolved when the job is submitted and
   * never stored. `PYTHONPATH` is added behind the project's own places. Names that begin with `AIFLOW_` are taken.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** How long a job that is stopped has to close its processors before it is killed, in seconds; 5 unless said. */
  readonly stop_grace_seconds?: number;
}

const variableName = v.pipe(
  v.string(),
  v.regex(/^[^=\0]+$/, 'expected the name of an environment variable, which holds no "="'),
  v.check(
    (name) => !name.startsWith('AIFLOW_'),
    'names that begin with AIFLOW_ are set by AIFlow: use another one',
  ),
);

const properties = v.strictObject({
  python_executable_path: v.pipe(
    v.optional(v.pipe(v.string(), v.minLength(1, 'expected a name or path, found nothing')), 'python3'),
    v.description(
      'The Python, 3.9 or later: a name looked up in PATH, or a path, absolute or relative to the project.',
    ),
  ),
  env: v.pipe(
    v.optional(v.record(variableName, v.string('expected a text: put numbers into quotes')), {}),
    v.description(
      'Variables for the environment of the job; ${NAME} in a value is resolved when the job is submitted.',
    ),
  ),
  stop_grace_seconds: v.pipe(
    v.optional(
      v.pipe(v.number(), v.minValue(0, 'expected 0 or more'), v.maxValue(86_400, 'expected a day at most')),
      5,
    ),
    v.description('Seconds that a job being stopped has to close its processors before it is killed.'),
  ),
});

/** The schema of {@link PythonProperties}; what it gives has every default filled in. */
export const pythonPropertiesSchema: Schema<PythonProperties> = toStandardJsonSchema(properties);

/** The properties of a compiled job, with the defaults. They passed the schema when the workflow was compiled. */
export function readProperties(found: unknown): Required<PythonProperties> {
  return v.parse(properties, found);
}
