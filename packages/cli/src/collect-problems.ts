import type { AIFlowError, Problem } from '@aiflow/core';
import { describeProblem, isAIFlowError } from '@aiflow/core';

/** Problems of several places, each once however many ways lead to it. */
export class ProblemList {
  readonly #problems = new Map<string, Problem>();

  get problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  add(problem: Problem): void {
    this.#problems.set(describeProblem(problem), problem);
  }

  /**
   * Calls `find`, and gives what it gives, or null when it threw an error of ours, whose problems are kept. `where` is
   * put before those that do not say where they are. What nobody foresaw is thrown on.
   */
  async from<T>(where: string, find: () => Promise<T>): Promise<T | null> {
    try {
      return await find();
    } catch (error) {
      if (!isAIFlowError(error)) throw error;
      if (error.problems.length > 0) for (const problem of error.problems) this.add(problem);
      else if (!isOfPlugin(error) || !this.problems.some(({ message }) => message === error.message))
        this.add({ file: where, line: null, column: null, key: null, message: error.message });
      return null;
    }
  }
}

/** A plugin that cannot be had fails each workflow alike, and is told of where it was wanted first. */
function isOfPlugin({ code }: AIFlowError): boolean {
  return code.startsWith('plugin.');
}
