import type { Schema } from '@aiflow/core';
import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';

/** What a bash job can be told under `properties` in the workflow's YAML, and in `workflow.job(…, { properties })`. */
export interface BashProperties {
  /**
   * Variables for the environment of the job's commands. A value may say `${NAME}`, which is resolved when the job is
   * submitted and never stored. Names that begin with `AIFLOW_` are taken.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** How the commands' output is encoded, as the Encoding Standard names it; `utf-8` unless said. Not UTF-16. */
  readonly output_encoding?: string;
  /**
   * The options that bash is started with, as `set -o` names them. `errexit` and `pipefail` unless said: a command
   * that fails in the middle fails the job. An empty list is plain bash, where only the last command counts.
   */
  readonly shell_options?: readonly ShellOption[];
  /** How long a job that is stopped has to end by itself before it is killed, in seconds; 5 unless said. */
  readonly stop_grace_seconds?: number;
}

export type ShellOption = 'errexit' | 'nounset' | 'pipefail' | 'xtrace' | 'noglob';

const variableName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of a variable: letters, digits and "_"'),
  v.check(
    (name) => !name.startsWith('AIFLOW_'),
    'names that begin with AIFLOW_ are set by AIFlow: use another one',
  ),
);

const properties = v.strictObject({
  env: v.pipe(
    v.optional(v.record(variableName, v.string('expected a text: put numbers into quotes')), {}),
    v.description(
      'Variables for the environment; `${NAME}` in a value is resolved when the job is submitted.',
    ),
  ),
  output_encoding: v.pipe(
    v.optional(
      v.pipe(
        v.string(),
        v.check(isKnownEncoding, 'expected a name of the Encoding Standard, such as utf-8, latin1 or gbk'),
      ),
      'utf-8',
    ),
    v.description('How the output of the commands is encoded.'),
  ),
  shell_options: v.pipe(
    v.optional(v.array(v.picklist(['errexit', 'nounset', 'pipefail', 'xtrace', 'noglob'])), [
      'errexit',
      'pipefail',
    ]),
    v.description('Options of bash, as `set -o` names them.'),
  ),
  stop_grace_seconds: v.pipe(
    v.optional(
      v.pipe(v.number(), v.minValue(0, 'expected 0 or more'), v.maxValue(86_400, 'expected a day at most')),
      5,
    ),
    v.description('Seconds that a job being stopped has to end by itself before it is killed.'),
  ),
});

/** The schema of {@link BashProperties}; what it gives has every default filled in. */
export const bashPropertiesSchema: Schema<BashProperties> = toStandardJsonSchema(properties);

/** The properties of a compiled job, with the defaults. They passed the schema when the workflow was compiled. */
export function readProperties(found: unknown): Required<BashProperties> {
  return v.parse(properties, found);
}

/** https://encoding.spec.whatwg.org/#names-and-labels; in UTF-16 a line does not end with the byte 10. */
function isKnownEncoding(label: string): boolean {
  try {
    return !new TextDecoder(label).encoding.startsWith('utf-16');
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
