import { describeProblem, isAIFlowError, messageOf } from '@aiflow/core';
import { printable } from './output/printable.ts';

export { isAIFlowError };

/** In characters; what a definition throws can be of any length. */
const longest = 2000;

/** An error as people see it; what nobody foresaw also shows where it came from. */
export function errorLines(error: unknown): string {
  if (isAIFlowError(error)) {
    const messages = error.problems.length > 0 ? error.problems.map(describeProblem) : [error.message];
    return messages.map(errorLine).join('');
  }
  const stack = error instanceof Error && error.stack !== undefined ? `${printable(error.stack)}\n` : '';
  return `${errorLine(messageOf(error))}${stack}`;
}

function errorLine(message: string): string {
  const shown = message.length > longest ? `${message.slice(0, longest)} …` : message;
  return `error: ${printable(shown).replaceAll('\n', ' ')}\n`;
}
