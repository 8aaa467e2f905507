import type { AIFlowError } from '../src/errors.ts';
import { isAIFlowError } from '../src/errors.ts';

/** What `action` throws; fails when it throws nothing. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error, and nothing was thrown');
}

/** The error of ours with this code that `action` throws; anything else fails. */
export function errorOf(action: () => unknown, code: string): AIFlowError {
  const thrown = thrownBy(action);
  if (isAIFlowError(thrown, code)) return thrown;
  throw new Error(`expected an error with code ${code}`, { cause: thrown });
}
