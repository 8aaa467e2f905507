import type { ContextExtractor, EventContext } from '../define/context-extractor.ts';
import { AIFlowError, messageOf } from '../errors.ts';
import type { Event } from '../observe/event.ts';
import type { RunningExtractor } from '../schedule/context.ts';
import { takeContext } from '../schedule/context.ts';
import { explainThrown } from './definition-fault.ts';
import { describeEnd, findModule, loadFault } from './extractor-module.ts';
import type { ExtractorAnswer, ExtractorFile } from './thread-message.ts';
import { ProjectThread } from './thread.ts';

export type ModuleExtractor = Extract<ContextExtractor, { readonly kind: 'module' }>;

/** Where a context extractor lives. */
export interface ExtractorPlace {
  /** The project, or a copy of it. */
  readonly projectDir: string;
  /** The directory of the command, whose neighbours serve where the project has not installed a package. */
  readonly commandDir?: string | undefined;
  /** Takes what the extractor prints, both streams. */
  readonly onOutput?: (text: string) => void;
  /** How long one event may take it, in milliseconds; 1,000 unless said. */
  readonly timeout?: number;
}

/** In milliseconds: a file may import much. */
const loadTimeout = 30_000;

/**
 * The function of a module, in a thread that is begun when it is first needed, and anew after it came to an end. What
 * fails is the one event: nothing that the function does reaches the next.
 */
export class ExtractorThread implements RunningExtractor {
  readonly #place: ExtractorPlace;
  readonly #extractor: ModuleExtractor;
  #thread: ProjectThread<ExtractorAnswer> | null = null;
  /** The work on the events so far. */
  #before: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor({ extractor, ...place }: ExtractorPlace & { readonly extractor: ModuleExtractor }) {
    this.#place = place;
    this.#extractor = extractor;
  }

  /** Begins a thread, unless there is one. */
  async load(signal?: AbortSignal): Promise<ProjectThread<ExtractorAnswer>> {
    if (this.#thread?.hasEnded === false) return this.#thread;
    const { projectDir, commandDir = null, onOutput } = this.#place;
    const { module, exportName } = this.#extractor;
    const file = findModule(projectDir, module);
    const request: ExtractorFile = { file, projectDir, commandDir, exportName };
    const thread = new ProjectThread<ExtractorAnswer>('context-thread', request, onOutput);
    this.#thread = thread;
    const outcome = await thread.next({ timeout: loadTimeout, signal }).catch(async (error: unknown) => {
      await this.#end();
      throw error;
    });
    if (outcome.kind === 'answer' && outcome.answer.kind === 'ready') return thread;
    await this.#end();
    throw loadFault(outcome, { ...request, timeout: loadTimeout });
  }

  extract(event: Event): Promise<EventContext> {
    const context = this.#before.then(async () => await this.#extract(event));
    this.#before = context.catch(() => undefined);
    return context;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#end();
  }

  async #extract(event: Event): Promise<EventContext> {
    const { timeout = 1000 } = this.#place;
    if (this.#isClosed) throw this.#failed(event, 'it was closed');
    const thread = await this.load().catch((error: unknown) => {
      throw this.#failed(event, messageOf(error), error);
    });
    thread.post(event);
    const outcome = await thread.next({ timeout });
    if (outcome.kind === 'answer') return this.#contextIn(outcome.answer, event);
    await this.#end();
    throw this.#failed(event, describeEnd(outcome, timeout));
  }

  #contextIn(answer: ExtractorAnswer, event: Event): EventContext {
    if (answer.kind === 'threw') {
      const { projectDir } = this.#place;
      throw this.#failed(event, explainThrown(answer, this.#extractor.module, projectDir, 'it').message);
    }
    if (answer.kind !== 'returned') {
      throw this.#failed(event, `it returned ${answer.kind === 'wrong' ? answer.found : 'nothing'}`);
    }
    const taken = takeContext(answer.value);
    if (!('wrong' in taken)) return taken;
    throw this.#failed(event, `it returned ${taken.wrong}`);
  }

  #failed(event: Event, reason: string, cause?: unknown): AIFlowError {
    const { module, exportName } = this.#extractor;
    const { version } = event;
    return new AIFlowError(
      'context.failed',
      `context extractor ${module} (export "${exportName}") failed on event ${version}: ${this.#isClosed ? 'it was closed' : reason}`,
      { context: { module, exportName, version }, cause },
    );
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.end();
  }
}
