import { pathToFileURL } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { errorCode, isAIFlowError, messageOf } from '../errors.ts';
import { resolveBeside } from '../plugin/resolve-beside.ts';
import type { Stalled, ThreadFile, Thrown } from './thread-message.ts';

// What the bodies of the threads have in common in which files of a project run.

/**
 * Runs the body of a thread, and says so when it can come to no end: nothing is left to do, and what it awaits never
 * came. (At the top level of a module Node would print a warning of that, past everybody.)
 */
export function runBody(body: () => Promise<void>): void {
  process.once('beforeExit', () => parentPort?.postMessage({ kind: 'stalled' } satisfies Stalled));
  void body();
}

/** All that a file of the project exports. Throws what the file throws. */
export async function importFile({ file, projectDir, commandDir }: ThreadFile): Promise<object> {
  if (commandDir !== null) resolveBeside(projectDir, commandDir);
  return (await import(pathToFileURL(file).href)) as object;
}

/** What was thrown, as it can leave the thread. */
export function describeThrown(thrown: unknown): Thrown {
  return {
    kind: 'threw',
    code: errorCode(thrown),
    message: messageOf(thrown),
    stack: thrown instanceof Error ? (thrown.stack ?? '') : '',
    own: isAIFlowError(thrown) ? { context: thrown.context, problems: thrown.problems } : null,
  };
}

/** What stands in the place of an export, for a message. */
export function describeExport(exported: unknown): string {
  return exported === undefined ? 'nothing' : exported === null ? 'null' : typeof exported;
}

/** Resolves when all that was printed is out: an answer may be the last thing before the thread is ended. */
export async function flushOutput(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(flush));
}

function flush(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => void stream.write('', () => resolve()));
}
