import { AIFlowError } from '../errors.ts';
import type { Json } from '../json.ts';
import { isJsonArray } from '../json.ts';
import type { SecretResolver } from './host.ts';

const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/**
 * The same value with every `${NAME}` in its strings replaced by what the resolver gives; `$${` stands for a plain
 * `${`. Keys are left as they are, and what a secret holds is not looked at again. Throws `secret.missing`, naming
 * the name and the place, when nothing of that name is known.
 */
export function resolveReferences<T extends Json>(value: T, secrets: SecretResolver): T {
  return resolveAt(value, secrets, '') as T;
}

function resolveAt(value: Json, secrets: SecretResolver, path: string): Json {
  if (typeof value === 'string') return resolveText(value, secrets, path);
  if (typeof value !== 'object' || value === null) return value;
  if (isJsonArray(value)) return value.map((item, index) => resolveAt(item, secrets, `${path}[${index}]`));
  const resolved: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    resolved[key] = resolveAt(member, secrets, path === '' ? key : `${path}.${key}`);
  }
  return resolved;
}

function resolveText(text: string, secrets: SecretResolver, path: string): string {
  if (!text.includes('${')) return text;
  return text.replaceAll(reference, (found: string, name: string | undefined) => {
    if (name === undefined) return '${';
    const value = secrets.get(name);
    if (value !== null) return value;
    throw new AIFlowError(
      'secret.missing',
      `${path === '' ? 'a value' : path} refers to ${found}, and no environment variable ${name} is set: ` +
        `set it, or write $${found} for the text itself`,
      { context: { name, path } },
    );
  });
}

/** The names that a value refers to. */
export function referencesIn(value: Json): ReadonlySet<string> {
  const names = new Set<string>();
  const collect: SecretResolver = {
    get: (name) => {
      names.add(name);
      return '';
    },
  };
  resolveReferences(value, collect);
  return names;
}

/**
 * Whether a text holds a `${` that neither begins a reference nor is escaped. It counts as plain text, and in a
 * configuration file it was rather meant to be one or the other, as in `${NAME:-default}`.
 */
export function holdsStray(text: string): boolean {
  return text.includes('${') && text.replaceAll(reference, ' ').includes('${');
}

/** Secrets from environment variables; the values are read when they are asked for. */
export function environmentSecrets(
  environment: Readonly<Record<string, string | undefined>>,
): SecretResolver {
  // What merely hangs on the prototype, as `constructor` does also on process.env, is not a variable.
  return { get: (name) => (Object.hasOwn(environment, name) ? (environment[name] ?? null) : null) };
}
