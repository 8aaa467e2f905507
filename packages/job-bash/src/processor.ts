import { posix } from 'node:path';
import type { Processor } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';

/** A command, or a file of the project with its arguments. */
export type BashParams =
  | { readonly command: string }
  /** `file` is relative to the project, with `/`. */
  | { readonly file: string; readonly args: readonly string[] };

/** A node that bash runs; made by {@link bash} or {@link bashFile}. */
export interface BashProcessor extends Processor<'bash', BashParams> {
  readonly kind: 'BashProcessor';
}

/**
 * A command, or several lines of them, that bash runs in the job's working directory. Nothing is put into the text:
 * what changes from run to run stands in environment variables. Throws `define.invalid_processor` for an empty one.
 */
export function bash(command: string): BashProcessor {
  const params = { command };
  if (!isBashParams(params)) throw invalid('bash()', 'a command, such as bash("echo hello")', command);
  return makeProcessor(params);
}

/**
 * A file of the project that bash runs, with its arguments, in the job's working directory. The path is relative to
 * the project; the file needs no executable bit. Throws `define.invalid_processor` for a path that leaves the project.
 * Whether the file exists is found out when the job is submitted (`job.file_not_found`): the snapshot decides.
 */
export function bashFile(path: string, args: readonly string[] = []): BashProcessor {
  const params = {
    file: typeof path === 'string' ? posix.normalize(path) : path,
    args: Object.freeze([...args]),
  };
  if (!isBashParams(params)) {
    throw invalid(
      'bashFile()',
      'a path in the project, such as "resources/clean.sh", and texts as arguments',
      path,
    );
  }
  return makeProcessor(params);
}

/** Whether params have the form that {@link bash} and {@link bashFile} give them: a graph may come from elsewhere. */
export function isBashParams(params: object): params is BashParams {
  const command: unknown = Reflect.get(params, 'command');
  if (command !== undefined) return isArgument(command) && command.trim() !== '';
  const file: unknown = Reflect.get(params, 'file');
  const args: unknown = Reflect.get(params, 'args');
  return isProjectFile(file) && Array.isArray(args) && args.every(isArgument);
}

function makeProcessor(params: BashParams): BashProcessor {
  return Object.freeze({ jobType: 'bash', kind: 'BashProcessor', params: Object.freeze(params) });
}

/** A program's argument can hold anything but NUL. */
function isArgument(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function isProjectFile(path: unknown): path is string {
  if (!isArgument(path) || path.includes('\\')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function invalid(call: string, expected: string, found: unknown): AIFlowError {
  const shown = JSON.stringify(found) ?? String(found);
  return new AIFlowError(
    'define.invalid_processor',
    `${call} expects ${expected}, not ${shown.slice(0, 200)}`,
  );
}
