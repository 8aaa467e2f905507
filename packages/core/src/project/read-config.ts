import { readFileSync } from 'node:fs';
import type { Problem } from '../errors.ts';
import { inFileOrder, problemsError } from '../errors.ts';
import { validateOptions } from '../plugin/options.ts';
import type { Schema } from '../plugin/schema.ts';
import type { Report } from './report.ts';
import type { ConfigFile } from './yaml.ts';

/** Reads a text file whole. Throws `config.invalid` for one that is not UTF-8, and what the system throws. */
export function readConfigText(path: string): string {
  const bytes = readFileSync(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    const message = 'the file is not text in UTF-8: save it so';
    throw problemsError(
      'config.invalid',
      [{ file: path, line: null, column: null, key: null, message }],
      cause,
    );
  }
}

/** What a configuration file says, or null where its schema refused it; and all that is wrong, in the file's order. */
export interface CheckedConfig<Keys> {
  readonly keys: Keys | null;
  readonly problems: readonly Problem[];
}

/** Holds a configuration file against its schema. `check` may report more. */
export async function findProblems<Keys>(
  file: ConfigFile,
  schema: Schema<Keys>,
  check: (keys: Keys | null, report: Report) => void = () => {},
): Promise<CheckedConfig<Keys>> {
  const validated = await validateOptions(schema, file.value, [], file.locate);
  const problems: Problem[] = [...(validated.problems ?? [])];
  const keys = validated.problems === undefined ? validated.value : null;
  check(keys, (path, message) => {
    problems.push({ ...file.locate(path), key: path.join('.'), message });
  });
  return { keys, problems: inFileOrder(problems) };
}

/** What a configuration file says, after nothing was found wrong. Throws `config.invalid` with every problem. */
export async function checkConfig<Keys>(
  file: ConfigFile,
  schema: Schema<Keys>,
  check?: (keys: Keys | null, report: Report) => void,
): Promise<Keys> {
  const { keys, problems } = await findProblems(file, schema, check);
  if (keys === null || problems.length > 0) throw problemsError('config.invalid', problems);
  return keys;
}
