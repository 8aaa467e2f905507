import type { Clock, EventContext, ExtractorSource, Logger, RunningExtractor, Workflow } from '@aiflow/core';
import { errorCode, messageOf } from '@aiflow/core';
import type { GroupCommit } from './group-commit.ts';
import { hopeless } from './hopeless.ts';
import { parkedMessage } from './publisher.ts';
import type { Store } from './store/store.ts';
import type { Untold } from './store/untold-events.ts';
import type { Transitions } from './transitions.ts';
import type { Heard } from './workflow-steps.ts';

export interface ExtractionParts {
  readonly store: Store;
  readonly transitions: Transitions;
  readonly commit: GroupCommit;
  readonly contextExtractor: ExtractorSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborts when the scheduler closes. */
  readonly signal: AbortSignal;
}

const firstDelay = 500;
const longestDelay = 30_000;
/** An extractor that is not used keeps a thread: of so many versions it is kept all the same. */
const mostIdle = 8;

/**
 * Finds out where events belong that wait for that, outside of any transaction, and has them told: to each workflow
 * version one after the other, whatever becomes of the others. What waits is in the database, and nowhere else.
 */
export class Extraction {
  readonly #parts: ExtractionParts;
  readonly #busy = new Set<number>();
  /** By the version, the one that was used last at the end. */
  readonly #extractors = new Map<number, RunningExtractor>();

  constructor(parts: ExtractionParts) {
    this.#parts = parts;
  }

  /** Something may wait for these versions. */
  follow(versionIds: Iterable<number>): void {
    for (const versionId of versionIds) if (!this.#busy.has(versionId)) void this.#tellAll(versionId);
  }

  close(): void {
    for (const extractor of this.#extractors.values()) extractor.close().catch(() => undefined);
    this.#extractors.clear();
  }

  async #tellAll(versionId: number): Promise<void> {
    const { clock, logger, signal } = this.#parts;
    this.#busy.add(versionId);
    let delay = firstDelay;
    while (!signal.aborted) {
      try {
        if (!(await this.#tellSome(versionId))) break;
        delay = firstDelay;
      } catch (error) {
        if (signal.aborted) return;
        logger.error(`events cannot be told to a workflow: ${messageOf(error)}; it is tried again`, {
          versionId,
        });
        await clock.sleep(delay, { signal }).catch(() => undefined); // aborted: the loop ends
        delay = Math.min(2 * delay, longestDelay);
      }
    }
    this.#busy.delete(versionId);
    this.#closeIdle();
  }

  /** Whether there was something to tell. Throws what may be different later; the events then still wait. */
  async #tellSome(versionId: number): Promise<boolean> {
    const { transitions, commit, logger, signal } = this.#parts;
    const untold = transitions.workflows.next(versionId);
    if (untold.length === 0) return false;
    const heard: Heard[] = [];
    for (const each of untold) {
      heard.push({ event: each.event, belongsTo: await this.#contextOf(versionId, each) });
      signal.throwIfAborted();
    }
    await commit.run(() => transitions.hear(versionId, heard));
    for (const { event, belongsTo } of heard) {
      if ('unknown' in belongsTo) logger.error(parkedMessage(event, belongsTo.unknown), { versionId });
    }
    return true;
  }

  async #contextOf(versionId: number, { event, context }: Untold): Promise<Heard['belongsTo']> {
    const { transitions, commit } = this.#parts;
    if (context !== null) return context;
    const { contextOf } = transitions.live.version(versionId);
    if (contextOf === null && !transitions.workflows.isHeard(versionId)) return nobody;
    if (contextOf === null) await commit.durable(); // what is asked is outside
    try {
      if (contextOf !== null) return contextOf(event);
      const extractor = await this.#extractorOf(versionId);
      return 'unknown' in extractor ? extractor : await extractor.extract(event);
    } catch (error) {
      if (error instanceof NotNow) throw error;
      return { unknown: messageOf(error) };
    }
  }

  async #extractorOf(versionId: number): Promise<RunningExtractor | { readonly unknown: string }> {
    const { store, contextExtractor, signal } = this.#parts;
    const row = store.workflows.version(versionId);
    const project = { projectName: row.project_name, snapshotId: row.snapshot_id, uri: row.snapshot_uri };
    let extractor = this.#extractors.get(versionId);
    try {
      extractor ??= await contextExtractor(JSON.parse(row.workflow) as Workflow, project, { signal });
    } catch (error) {
      if (hopeless.includes(errorCode(error))) return { unknown: messageOf(error) };
      throw new NotNow(messageOf(error), { cause: error });
    }
    if (signal.aborted) await extractor.close();
    this.#extractors.delete(versionId);
    this.#extractors.set(versionId, extractor); // now the one that was used last
    return extractor;
  }

  #closeIdle(): void {
    const idle = [...this.#extractors].filter(([versionId]) => !this.#busy.has(versionId));
    for (const [versionId, extractor] of idle.slice(0, Math.max(0, idle.length - mostIdle))) {
      this.#extractors.delete(versionId);
      extractor.close().catch(() => undefined);
    }
  }
}

/** Nothing is wrong with the event: it waits. */
class NotNow extends Error {}

const nobody: EventContext = { contexts: [] };
