import type { ContextExtractor } from '../define/context-extractor.ts';
import type { RunningExtractor } from '../schedule/context.ts';
import { extractContext } from '../schedule/context.ts';
import type { ExtractorPlace, ModuleExtractor } from './extractor-thread.ts';
import { ExtractorThread } from './extractor-thread.ts';

/**
 * The one thing that a scheduler needs of an extractor, of whichever kind; null broadcasts all events. Nothing is
 * loaded before the first event, so a module that cannot be loaded is `context.failed` at each.
 */
export function createContextExtractor(
  extractor: ContextExtractor | null,
  place: ExtractorPlace,
): RunningExtractor {
  if (extractor?.kind === 'module') return new ExtractorThread({ ...place, extractor });
  return { extract: async (event) => extractContext(extractor, event), close: async () => {} };
}

/**
 * Loads the file of an extractor and gives its function, as something that runs in a thread of its own: it may print,
 * throw, exit or never end without harm to the caller. Throws `path.outside` for a file out of the project, also by
 * way of a link, `context.not_found`, `context.no_function`, `context.not_loaded`, and for what the file throws the same
 * as `loadDefinition`.
 */
export async function loadContextExtractor(
  options: ExtractorPlace & {
    readonly extractor: ModuleExtractor;
    /** Breaks loading off. */
    readonly signal?: AbortSignal | undefined;
  },
): Promise<RunningExtractor> {
  const { signal, ...place } = options;
  const running = new ExtractorThread(place);
  await running.load(signal);
  return running;
}
