import type { AIFlowErrorOptions, Problem } from '../errors.ts';
import { AIFlowError, describeProblem, isAIFlowError, messageOf } from '../errors.ts';

/** An error about a file as a whole: one problem, at that file. */
export function faultOf(
  file: string,
  code: string,
  message: string,
  { context, cause }: Omit<AIFlowErrorOptions, 'problems'> = {},
): AIFlowError {
  const problem = { file, line: null, column: null, key: null, message };
  return new AIFlowError(code, describeProblem(problem), {
    context: { file, ...context },
    cause,
    problems: [problem],
  });
}

/**
 * Runs `build`, and tells what is wrong with what a definition says as a problem of its file. What says already where
 * it is stays as it is, and so does a missing plugin, which is no fault of the file, and a YAML that cannot be read.
 */
export async function placingFaults<T>(file: string, build: () => Promise<T>): Promise<T> {
  try {
    return await build();
  } catch (error) {
    if (!isAIFlowError(error) || error.problems.length > 0) throw error;
    if (['plugin.', 'config.'].some((prefix) => error.code.startsWith(prefix))) throw error;
    throw faultOf(file, error.code, messageOf(error), { context: error.context, cause: error });
  }
}

/** Runs `load`; when that fails, `problems`, which were found before, are told together with why. */
export async function tellingToo<T>(problems: readonly Problem[], load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isAIFlowError(error) || problems.length === 0) throw error;
    const nowhere = { file: null, line: null, column: null, key: null };
    const own = error.problems.length > 0 ? error.problems : [{ ...nowhere, message: messageOf(error) }];
    throw new AIFlowError(error.code, error.message, {
      context: error.context,
      cause: error,
      problems: [...own, ...problems],
    });
  }
}
