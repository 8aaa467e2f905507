import type { StartExecutionOptions } from '@aiflow/core';
import { AIFlowError, findNonJson, isJsonObject } from '@aiflow/core';

/**
 * Holds what an execution is to be started with, which may come from plain JavaScript, against what it may be. SQLite
 * would make a text of a number, and another one than everybody else (`5.0`). Throws `scheduler.invalid_request`.
 */
export function checkStart(options: StartExecutionOptions): void {
  const notPlain = findNonJson(options);
  if (notPlain !== null) throw invalid(`${notPlain} must be plain JSON to start an execution with`);
  const { context, idempotencyKey, parameters }: { readonly [Part in keyof StartExecutionOptions]: unknown } =
    options;
  const notText = Object.entries({ context, idempotencyKey }).find(
    ([, value]) => (value ?? null) !== null && typeof value !== 'string',
  );
  if (notText !== undefined) {
    const [name, value] = notText;
    throw invalid(
      `${name} must be a string to start an execution with, not ${JSON.stringify(value).slice(0, 60)}`,
    );
  }
  if (typeof context === 'string' && context.includes('\0')) {
    throw invalid('context must not hold the character NUL, which no job can be told');
  }
  if ((parameters ?? null) === null || isJsonObject(parameters)) return;
  const found = JSON.stringify(parameters).slice(0, 60);
  throw invalid(`parameters must be an object to start an execution with, not ${found}`);
}

function invalid(message: string): AIFlowError {
  return new AIFlowError('scheduler.invalid_request', message);
}
