import { describeProblem, isAIFlowError, messageOf } from '@aiflow/core';

export { isAIFlowError };

/** An error as people see it; what nobody foresaw also shows where it came from. */
export function errorLines(error: unknown): string {
  if (isAIFlowError(error)) {
    const messages = error.problems.length > 0 ? error.problems.map(describeProblem) : [error.message];
    return messages.map((message) => `error: ${message}\n`).join('');
  }
  const stack = error instanceof Error && error.stack !== undefined ? `${error.stack}\n` : '';
  return `error: ${messageOf(error)}\n${stack}`;
}
