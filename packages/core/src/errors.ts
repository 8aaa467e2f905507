import type { JsonObject } from './json.ts';

const brand = Symbol.for('aiflow.error');

/** One thing that is wrong in a file that a person wrote. Lines and columns count from 1; null where none is known. */
export interface Problem {
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** The key in a configuration file, as a dotted path, or null. */
  readonly key: string | null;
  /** What was expected, what was found, and what to do next; one line. */
  readonly message: string;
}

export interface AIFlowErrorOptions {
  readonly context?: JsonObject;
  readonly cause?: unknown;
  /** Every problem found, when one call finds several; the error's own message is then the first of them. */
  readonly problems?: readonly Problem[];
}

/**
 * The one error class. Tell errors apart by `code` (dotted, such as `project.not_found`) and never by `instanceof`:
 * two copies of this package may be loaded, and {@link isAIFlowError} recognises both. The message is one line that
 * says what was expected, what was found and what to do next. Neither message nor context ever holds a secret.
 */
export class AIFlowError extends Error {
  override readonly name: string = 'AIFlowError';
  readonly code: string;
  readonly context: JsonObject;
  readonly problems: readonly Problem[];

  constructor(code: string, message: string, options: AIFlowErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
    this.problems = options.problems ?? [];
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether a caught value is an error of ours, from whichever copy of this package; with `code`, that very one. */
export function isAIFlowError(value: unknown, code?: string): value is AIFlowError {
  if (typeof value !== 'object' || value === null || Reflect.get(value, brand) !== true) return false;
  return code === undefined || Reflect.get(value, 'code') === code;
}

/** One error for all the problems that a check found; `problems` must hold at least one. */
export function problemsError(code: string, problems: readonly Problem[], cause?: unknown): AIFlowError {
  const lines = problems.map(describeProblem);
  const rest = lines.length > 1 ? ` (and ${lines.length - 1} more)` : '';
  return new AIFlowError(code, `${lines[0] ?? 'invalid'}${rest}`, { problems, cause });
}

/** Problems of one file as a reader comes upon them, those without a line first. */
export function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** `file:line:column: message`, leaving out what is not known. */
export function describeProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== null).join(':');
  return place === '' ? problem.message : `${place}: ${problem.message}`;
}

/** The message of anything that was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.replaceAll(/\s*[\n\r\u{85}\u{2028}\u{2029}]\s*/gu, ' ').trim();
}

/** The `code` of a Node system error (`ENOENT`, `EACCES` …) or of an error of ours; null for anything else. */
export function errorCode(thrown: unknown): string | null {
  if (typeof thrown !== 'object' || thrown === null) return null;
  const code: unknown = Reflect.get(thrown, 'code');
  return typeof code === 'string' ? code : null;
}
