import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError, environmentNames } from '@aiflow/core';
import type { FlinkSettings } from './options.ts';

/** A text with its variables replaced, and whether a secret is in it now. */
export interface Substituted {
  readonly text: string;
  readonly isSecret: boolean;
}

const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const facts: ReadonlySet<string> = new Set(Object.values(environmentNames));

/**
 * Replaces each `${NAME}` by what the job's `env` says, or by a fact of the execution such as `AIFLOW_EXECUTION_DIR`;
 * `$${` stands for a plain `${`. Through `env` secrets stay known as such, and are masked in errors and results.
 * `where` says whose text it is. Throws `flink.unknown_variable`, and `secret.missing` for a secret that is not set.
 */
export function substitute(
  text: string,
  where: string,
  { env: said }: Pick<FlinkSettings, 'env'>,
  env: JobRuntimeEnv,
): Substituted {
  let isSecret = false;
  const replaced = text.replaceAll(reference, (found: string, name: string | undefined) => {
    if (name === undefined) return '${';
    const own = said[name];
    if (own !== undefined) {
      const resolved = env.resolveSecrets(own);
      isSecret ||= resolved !== own;
      return resolved;
    }
    const fact = facts.has(name) ? env.environment[name] : undefined;
    if (fact !== undefined) return fact;
    throw new AIFlowError(
      'flink.unknown_variable',
      `${where} refers to ${found}: set ${name} under env in the job's properties, or write $${found} for the text itself`,
      { context: { name } },
    );
  });
  return { text: replaced, isSecret };
}
