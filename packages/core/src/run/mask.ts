import type { Job } from '../compile/workflow.ts';
import { isJsonObject } from '../json.ts';
import type { SecretResolver } from '../plugin/host.ts';
import { referencesIn } from '../plugin/secrets.ts';
import type { JobResult } from './job-plugin.ts';

/** A shorter one would be found everywhere, and is no secret. */
const shortest = 4;

/**
 * The result with `***` for every secret that the job's properties refer to. A job's output is quoted in errors and
 * results, which go further than its logs do: into events, databases and answers.
 */
export function maskSecrets(result: JobResult, job: Job, secrets: SecretResolver): JobResult {
  const known = [...referencesIn(job.config.properties)]
    .map((name) => secrets.get(name) ?? '')
    .filter((secret) => secret.length >= shortest)
    .sort((a, b) => b.length - a.length); // one may hold another
  if (known.length === 0) return result;
  return { ...result, values: maskIn(result.values, known), error: maskIn(result.error, known) };
}

function maskIn<T>(value: T, secrets: readonly string[]): T {
  return maskAny(value, secrets) as T; // only texts change, and they stay texts
}

function maskAny(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string')
    return secrets.reduce((text, secret) => text.replaceAll(secret, '***'), value);
  if (Array.isArray(value)) return value.map((item) => maskAny(item, secrets));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, maskAny(member, secrets)]));
}
