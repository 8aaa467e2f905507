import { AIFlowError, errorCode, isAIFlowError, messageOf } from '@aiflow/core';

/**
 * What to throw for a failure of this machine's file system: `blob.local_failed`, saying what could not be done at
 * which path. Our own errors and the reason of an aborted signal stay as they are.
 */
export function localError(what: string, path: string, error: unknown, signal?: AbortSignal): unknown {
  if (isAIFlowError(error) || signal?.aborted === true) return error;
  return new AIFlowError('blob.local_failed', `${what}: ${messageOf(error)}`, {
    context: { path, systemCode: errorCode(error) },
    cause: error,
  });
}
