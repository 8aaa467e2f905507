import { inspect } from 'node:util';
import type { AIFlowError } from '@aiflow/core';
import { isAIFlowError } from '@aiflow/core';
import { expect } from 'vitest';

/** What no error may show, wherever it is looked for; the tests use no other credentials. */
const canaries = ['aiflow-test-secret', 'canary-secret-4711', 'canary-token-4712', 'CANARYKEY4713'];

/** The error of ours that a call ends with: one line, with the bucket, and without any secret in any part of it. */
export async function refusalOf(call: Promise<unknown>): Promise<AIFlowError> {
  const error: unknown = await call.then(
    () => 'it went well',
    (thrown: unknown) => thrown,
  );
  if (!isAIFlowError(error)) throw new Error(`expected an error of ours, got ${inspect(error)}`);
  const everywhere = [
    error.message,
    JSON.stringify(error),
    JSON.stringify(error.context),
    String(error.stack),
  ];
  for (let at: unknown = error; at !== undefined; at = at instanceof Error ? at.cause : undefined) {
    everywhere.push(inspect(at, { depth: 20, showHidden: true, maxStringLength: null }));
  }
  for (const canary of canaries) expect(everywhere.join('\n')).not.toContain(canary);
  expect(error.message).not.toMatch(/[\r\n]/);
  expect(error.context['bucket']).toEqual(expect.any(String));
  return error;
}
