import type { Clock, Logger } from '@aiflow/core';
import { errorCode, isAIFlowError } from '@aiflow/core';
import type Database from 'better-sqlite3';
import { closed } from './closed.ts';
import { storeError } from './store/errors.ts';

interface Item {
  /** Asks, then writes: what it refuses (an error of ours) it refuses before its first write. */
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** It tells what has happened outside: the disk cannot refuse it, only put it off. */
  readonly isFact: boolean;
}

export interface GroupCommitParts {
  readonly connection: Database.Database;
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after each commit, before the promises of what was committed resolve. */
  readonly committed: () => void;
  /** Called after each rollback: what is kept in memory is to be read anew. May throw; it is then called again. */
  readonly rolledBack: () => void;
}

const firstDelay = 200;
const longestDelay = 10_000;

/**
 * The one writer. What arrives in the same turn of the event loop is committed together, for a commit waits for the
 * disk, and nothing is told to anybody before it is durable. When the disk refuses, requests fail with that error
 * and facts are kept and tried again until they are written.
 */
export class GroupCommit {
  readonly #parts: GroupCommitParts;
  readonly #transaction: Database.Transaction<(items: readonly Item[]) => (() => void)[]>;
  readonly #closing = new AbortController();
  #items: Item[] = [];
  #scheduled: NodeJS.Immediate | null = null;
  /** Facts that the disk refused, in order; new ones go behind them. */
  #heldBack: Item[] = [];
  #delay = firstDelay;
  #isWaiting = false;
  #isStale = false;

  constructor(parts: GroupCommitParts) {
    this.#parts = parts;
    this.#transaction = parts.connection.transaction(runItems);
  }

  /** Runs the work within the next transaction; resolves with what it gave once that is durable. */
  run<T>(work: () => T): Promise<T> {
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    return new Promise<unknown>((resolve, reject) => {
      this.#add({ work, resolve, reject, isFact: false });
    }) as Promise<T>;
  }

  /**
   * Writes down what has happened, sooner or later: it is tried again until it is durable or this is closed. Work
   * that breaks by itself would break for ever and keep all others waiting: it is given up, and `givenUp` called.
   */
  record(work: () => void, givenUp: (error: Error) => void): void {
    if (this.#closing.signal.aborted) return;
    const item: Item = { work, resolve: () => undefined, reject: givenUp, isFact: true };
    if (this.#heldBack.length > 0) this.#heldBack.push(item);
    else this.#add(item);
  }

  /** Commits what waits, and takes no more. Facts that could not be written are found again by the next start. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#heldBack = [];
    this.#flush();
  }

  #add(item: Item): void {
    this.#items.push(item);
    this.#scheduled ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    const items = this.#items;
    this.#items = [];
    if (items.length > 0) this.#commit(items);
  }

  #commit(items: readonly Item[]): void {
    let settle: (() => void)[];
    try {
      if (this.#isStale) this.#readAnew();
    } catch (error) {
      this.#refuse(items, error, true); // none of them was tried
      return;
    }
    try {
      settle = this.#transaction.immediate(items);
    } catch (error) {
      this.#rollBack();
      // An error of the work itself must not harm its neighbours; one of the disk would only meet each of them.
      if (items.length > 1 && !isTrouble(error)) for (const item of items) this.#commit([item]);
      else this.#refuse(items, error, isTrouble(error));
      return;
    }
    this.#parts.committed();
    for (const tell of settle) tell();
    if (this.#heldBack.length > 0) this.#tryHeldBack();
  }

  #rollBack(): void {
    this.#isStale = true;
    try {
      this.#readAnew();
    } catch (error) {
      this.#parts.logger.error(storeError(error, this.#parts.file).message);
    }
  }

  #readAnew(): void {
    this.#parts.rolledBack();
    this.#isStale = false;
  }

  #refuse(items: readonly Item[], cause: unknown, putOff: boolean): void {
    const error = storeError(cause, this.#parts.file);
    for (const item of items) if (!item.isFact || !putOff) item.reject(error);
    const facts = putOff ? items.filter((item) => item.isFact) : [];
    if (facts.length === 0 || this.#closing.signal.aborted) return;
    this.#parts.logger.error(
      `${error.message}; running jobs go on, and what they come to is written down when that is possible again`,
      { waiting: facts.length },
    );
    this.#heldBack = [...facts, ...this.#heldBack];
    if (!this.#isWaiting) void this.#tryLater();
  }

  async #tryLater(): Promise<void> {
    const delay = this.#delay;
    this.#delay = Math.min(2 * delay, longestDelay);
    this.#isWaiting = true;
    try {
      await this.#parts.clock.sleep(delay, { signal: this.#closing.signal });
    } catch {
      return; // closed meanwhile
    } finally {
      this.#isWaiting = false;
    }
    this.#tryHeldBack();
  }

  #tryHeldBack(): void {
    const items = this.#heldBack;
    if (items.length === 0 || this.#closing.signal.aborted) return;
    this.#heldBack = [];
    this.#commit(items);
    if (this.#heldBack.length > 0) return;
    this.#delay = firstDelay;
    this.#parts.logger.info(`${this.#parts.file} can be written again`, { written: items.length });
  }
}

/** Runs within the transaction; gives what tells the outcomes, to be called after the commit. */
function runItems(items: readonly Item[]): (() => void)[] {
  return items.map(({ work, resolve, reject }) => {
    try {
      const value = work();
      return () => resolve(value);
    } catch (error) {
      if (!isAIFlowError(error)) throw error;
      return () => reject(error);
    }
  });
}

/** Whether it was the disk or the file that refused, and not one piece of work that is wrong. */
function isTrouble(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|LOCKED|NOMEM|PROTOCOL)/.test(
    errorCode(error) ?? '',
  );
}
