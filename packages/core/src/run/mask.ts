import type { Job } from '../compile/workflow.ts';
import { AIFlowError, isAIFlowError, messageOf } from '../errors.ts';
import { canonicalJson, isJsonObject } from '../json.ts';
import type { SecretResolver } from '../plugin/host.ts';
import { referencesIn } from '../plugin/secrets.ts';
import type { JobResult } from './job-plugin.ts';

/** A shorter one would be found everywhere, and is no secret. */
const shortest = 4;

/**
 * The result with `***` for every secret that the job's properties and the URIs of its datasets refer to. A job's
 * output is quoted in errors and results, which go further than its logs do: into events, databases and answers.
 */
export function maskSecrets(result: JobResult, job: Job, secrets: SecretResolver): JobResult {
  const known = secretsOf(job, secrets);
  if (known.length === 0) return result;
  return { ...result, values: maskIn(result.values, known), error: maskIn(result.error, known) };
}

/** The error likewise, with its causes: the same one when none of them quotes a secret. */
export function maskError(error: unknown, job: Job, secrets: SecretResolver): Error {
  const masked = maskCause(error, secretsOf(job, secrets));
  return masked instanceof Error ? masked : new Error(messageOf(masked));
}

/** The text likewise. */
export function maskText(text: string, job: Job, secrets: SecretResolver): string {
  return maskIn(text, secretsOf(job, secrets));
}

function maskCause(error: unknown, known: readonly string[]): unknown {
  if (!(error instanceof Error)) return maskAny(error, known);
  const message = maskIn(error.message, known);
  const cause = error.cause === undefined ? undefined : maskCause(error.cause, known);
  const context = isAIFlowError(error) ? maskIn(error.context, known) : {};
  const isSame = message === error.message && cause === error.cause;
  if (!isAIFlowError(error)) return isSame ? error : new Error(message, { cause });
  if (isSame && canonicalJson(context) === canonicalJson(error.context)) return error;
  return new AIFlowError(error.code, message, { context, cause, problems: maskIn(error.problems, known) });
}

function secretsOf(job: Job, secrets: SecretResolver): readonly string[] {
  const { config, inputDatasets = [], outputDatasets = [] } = job;
  const uris = [...inputDatasets, ...outputDatasets].map((dataset) => dataset.uri);
  return [...referencesIn([config.properties, uris])]
    .map((name) => secrets.get(name) ?? '')
    .filter((secret) => secret.length >= shortest)
    .sort((a, b) => b.length - a.length); // one may hold another
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
