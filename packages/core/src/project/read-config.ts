import { readFileSync } from 'node:fs';
import type { Problem } from '../errors.ts';
import { inFileOrder, problemsError } from '../errors.ts';
import type { Json } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import { validateOptions } from '../plugin/options.ts';
import type { Schema } from '../plugin/schema.ts';
import { holdsStray } from '../plugin/secrets.ts';
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

/**
 * Holds a configuration file against its schema, and its texts against what a `${` may be. `check` may report more.
 */
export async function findProblems<Keys>(
  file: ConfigFile,
  schema: Schema<Keys>,
  check: (keys: Keys | null, report: Report) => void = () => {},
): Promise<CheckedConfig<Keys>> {
  const validated = await validateOptions(schema, file.value, [], file.locate);
  const problems: Problem[] = [...(validated.problems ?? [])];
  const keys = validated.problems === undefined ? validated.value : null;
  const report: Report = (path, message) => {
    problems.push({ ...file.locate(path), key: path.join('.'), message });
  };
  reportStrays(file.value, [], report);
  check(keys, report);
  return { keys, problems: inFileOrder(problems) };
}

/** The text may be a secret, or hold one as a default, so it is not shown. */
function reportStrays(value: Json, path: readonly string[], report: Report): void {
  if (typeof value === 'string') {
    if (!holdsStray(value)) return;
    const what = `"${path.join('.')}" holds "\${" that begins no reference to an environment variable`;
    report(path, `${what}: write \${NAME}, with letters, digits and _ alone, or $\${ for the text itself`);
  } else if (isJsonArray(value)) {
    for (const [index, item] of value.entries()) reportStrays(item, [...path, String(index)], report);
  } else if (isJsonObject(value)) {
    for (const [key, member] of Object.entries(value)) reportStrays(member, [...path, key], report);
  }
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
