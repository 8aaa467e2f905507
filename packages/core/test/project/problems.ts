import type { Problem } from '../../src/errors.ts';
import { isAIFlowError } from '../../src/errors.ts';

/** The problems of the `config.invalid` that a promise is rejected with; anything else fails. */
export async function problemsOf(promise: Promise<unknown>): Promise<readonly Problem[]> {
  const error: unknown = await promise.then(
    () => 'nothing was thrown',
    (thrown: unknown) => thrown,
  );
  if (!isAIFlowError(error, 'config.invalid')) throw new Error('expected config.invalid', { cause: error });
  return error.problems;
}
