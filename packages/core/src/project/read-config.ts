import { readFileSync } from 'node:fs';
import type { Problem } from '../errors.ts';
import { problemsError } from '../errors.ts';
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

/**
 * What a configuration file says, after its schema has passed it. `check` may report more; it gets null where the
 * schema refused the file. Throws `config.invalid` with every problem, in the order of the file.
 */
export async function checkConfig<Keys>(
  file: ConfigFile,
  schema: Schema<Keys>,
  check: (keys: Keys | null, report: Report) => void = () => {},
): Promise<Keys> {
  const validated = await validateOptions(schema, file.value, [], file.locate);
  const problems: Problem[] = [...(validated.problems ?? [])];
  check(validated.problems === undefined ? validated.value : null, (path, message) => {
    problems.push({ ...file.locate(path), key: path.join('.'), message });
  });
  if (validated.problems === undefined && problems.length === 0) return validated.value;
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  throw problemsError('config.invalid', problems);
}
