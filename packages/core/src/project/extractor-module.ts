import { realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { AIFlowError, messageOf } from '../errors.ts';
import { resolveInside } from '../names.ts';
import { hintFor } from '../plugin/nearest.ts';
import { explainThrown } from './definition-fault.ts';
import type { ExtractorAnswer, ExtractorFile } from './thread-message.ts';
import type { ThreadOutcome } from './thread.ts';

/** The file of an extractor, wherever links lead. Throws `context.not_found` and `path.outside`. */
export function findModule(projectDir: string, module: string): string {
  const named = resolveInside(projectDir, module);
  if (statSync(named, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new AIFlowError(
      'context.not_found',
      `context extractor ${module} is not there: expected a file at ${named}`,
      { context: { module } },
    );
  }
  const file = realpathSync(named);
  if (file.startsWith(join(realpathSync(projectDir), sep))) return file;
  throw new AIFlowError(
    'path.outside',
    `context extractor ${module} is a link out of the project, to ${file}: put the file itself into the project`,
    { context: { module } },
  );
}

/** Why a module could not be loaded, by how waiting for it ended. */
export function loadFault(
  outcome: ThreadOutcome<ExtractorAnswer>,
  { file, exportName, projectDir, timeout }: ExtractorFile & { readonly timeout: number },
): AIFlowError {
  const answer = outcome.kind === 'answer' ? outcome.answer : null;
  if (answer?.kind === 'threw') return explainThrown(answer, file, projectDir, 'the context extractor');
  if (answer?.kind === 'no_function') {
    const exported = answer.exported.filter((name) => /^[\w$]{1,100}$/.test(name)).slice(0, 20);
    const hint = exported.length === 0 ? 'it exports nothing' : hintFor(exportName, exported);
    return new AIFlowError(
      'context.no_function',
      `context extractor ${file} must export a function "${exportName}", and that is ${answer.found}: ${hint}`,
      { context: { file, exportName, exported } },
    );
  }
  return new AIFlowError(
    'context.not_loaded',
    `context extractor ${file} could not be loaded: ${describeEnd(outcome, timeout)}`,
    {
      context: { file },
      cause: 'error' in outcome ? outcome.error : undefined,
    },
  );
}

/** How waiting for the answer of an extractor ended, when no right one came. */
export function describeEnd(outcome: ThreadOutcome<ExtractorAnswer>, timeout: number): string {
  switch (outcome.kind) {
    case 'answer':
      return outcome.answer.kind === 'stalled'
        ? 'it awaits something that never comes'
        : 'it answered out of turn';
    case 'timeout':
      return `it took longer than ${timeout / 1000} s`;
    case 'not_plain':
      return 'it returned what is not plain data';
    case 'failed':
      return `its thread failed: ${messageOf(outcome.error)}`;
    case 'exited':
      return `it ended its process (exit code ${outcome.code}): take the call of process.exit() out`;
  }
}
