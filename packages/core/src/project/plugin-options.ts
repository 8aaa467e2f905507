import type { Problem } from '../errors.ts';
import { problemsError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import { describedAt, memberOf, typesOf } from '../plugin/described.ts';
import type { SecretResolver } from '../plugin/host.ts';
import type { Locate } from '../plugin/options.ts';
import { validateOptions } from '../plugin/options.ts';
import type { Schema } from '../plugin/schema.ts';
import { describeSchema } from '../plugin/schema.ts';
import { referencesIn, resolveReferences } from '../plugin/secrets.ts';
import type { PluginChoice } from './project-file.ts';

/** The options of a plugin, ready for its `create`, and as they may be shown. */
export interface ResolvedOptions {
  readonly value: unknown;
  /** What `.config` shows instead: references as they were written. Null when there are none. */
  readonly shown: JsonObject | null;
}

/**
 * Resolves the references (`${NAME}`) in the options that a project gives a plugin, and holds them against its schema
 * then, so that a reference may also stand for a number or for true or false where the schema takes no text. Throws
 * `secret.missing` with every name that is not set, and `config.invalid` with every problem; no message shows what a
 * reference stands for.
 */
export async function resolveOptions(
  schema: Schema,
  choice: PluginChoice,
  locate: Locate,
  secrets: SecretResolver,
): Promise<ResolvedOptions> {
  const written = choice.config;
  const missing = missingNames(written, choice.keys, locate, secrets);
  if (missing.length > 0) throw problemsError('secret.missing', missing);
  const description = describeSchema(schema);
  const resolved = fillObject(description, describedAt(description, written, []), written, secrets);
  const validated = await validateOptions(schema, resolved, choice.keys, locate, written);
  if (validated.problems !== undefined) throw problemsError('config.invalid', validated.problems);
  if (referencesIn(written).size === 0) return { value: validated.value, shown: null };
  const defaults = isJsonObject(validated.value) ? validated.value : {};
  return { value: validated.value, shown: { ...defaults, ...written } };
}

function missingNames(
  value: Json,
  path: readonly (string | number)[],
  locate: Locate,
  secrets: SecretResolver,
): Problem[] {
  if (isJsonArray(value)) {
    return value.flatMap((item, index) => missingNames(item, [...path, index], locate, secrets));
  }
  if (isJsonObject(value)) {
    return Object.entries(value).flatMap(([key, member]) =>
      missingNames(member, [...path, key], locate, secrets),
    );
  }
  const key = path.join('.');
  return [...referencesIn(value)]
    .filter((name) => secrets.get(name) === null)
    .map((name) => ({
      ...locate(path),
      key,
      message: `"${key}" refers to \${${name}}, and no environment variable ${name} is set: set it, or write $\${${name}} for the text itself`,
    }));
}

function fillObject(
  root: JsonObject | null,
  at: JsonObject | null,
  value: JsonObject,
  secrets: SecretResolver,
): JsonObject {
  const filled: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) filled[key] = fillMember(root, at, key, member, secrets);
  return filled;
}

function fillMember(
  root: JsonObject | null,
  parent: JsonObject | null,
  key: string | number,
  value: Json,
  secrets: SecretResolver,
): Json {
  const at = root === null || parent === null ? null : memberOf(root, parent, key, value);
  if (isJsonObject(value)) return fillObject(root, at, value, secrets);
  if (isJsonArray(value)) return value.map((item, index) => fillMember(root, at, index, item, secrets));
  const text = resolveReferences(value, secrets);
  const isReference = typeof value === 'string' && /^\$\{[^{}]+\}$/.test(value);
  return isReference && typeof text === 'string' ? typed(text, at) : text;
}

/** A text as what the schema wants, where that is no text and the text says it. */
function typed(text: string, schema: JsonObject | null): Json {
  const types = schema === null ? [] : typesOf(schema);
  if (types.includes('string')) return text;
  if (types.includes('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  const isNumber = types.includes('number') || types.includes('integer');
  return isNumber && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
