import { resolve } from 'node:path';

/** The call that ends an execution of the project at a directory, to be copied from a message. */
export function stopCommand(executionId: string, directory: string): string {
  const project = resolve(directory) === process.cwd() ? '' : ` --project ${quoted(directory)}`;
  return `"aiflow workflow stop-execution ${executionId}${project}"`;
}

function quoted(text: string): string {
  return /^[\w./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
