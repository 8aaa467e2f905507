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

/** What is to be told of work that was committed, once that is durable; or that it never will be. */
interface Outcome {
  readonly tell: () => void;
  readonly refuse: (error: Error) => void;
}

export interface GroupCommitParts {
  readonly connection: Database.Database;
  readonly file: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Makes durable what was committed before the call, in the background or at once. */
  readonly sync: () => Promise<void>;
  readonly syncNow: () => void;
  /**
   * Called after each commit: does what need not wait for the disk. Gives what is to be done once the commit is durable,
   * before the promises of its work resolve.
   */
  readonly committed: () => () => void;
  /** Called after each rollback: what is kept in memory is to be read anew. May throw; it is then called again. */
  readonly rolledBack: () => void;
  /** What was committed cannot be made durable: nothing that is in memory can be trusted any more. */
  readonly broken: (error: Error) => void;
}

const patienceMs = 5;
const firstDelay = 200;
const longestDelay = 10_000;

/**
 * The one writer. What arrives in the same turn of the event loop is committed together, and nothing is told to anybody
 * before it is durable. The disk is waited for in the background, once for all that was committed meanwhile. When the disk refuses, requests fail with that error and facts are kept and
 * tried again until they are written.
 */
export class GroupCommit {
  readonly #parts: GroupCommitParts;
  readonly #transaction: Database.Transaction<(items: readonly Item[]) => readonly Outcome[]>;
  readonly #closing = new AbortController();
  #items: Item[] = [];
  #isScheduled = false;
  #patience: NodeJS.Timeout | null = null;
  /** What was committed and is not known to be durable, in order; the disk is busy with what is in flight. */
  #committed: Outcome[] = [];
  #inFlight: Outcome[] | null = null;
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
    if (this.#keep(work, givenUp)) this.#schedule();
  }

  /**
   * The same for what nobody waits for and a restart finds out again: it goes with the next commit, which is made for it
   * after some milliseconds if none comes.
   */
  recordSoon(work: () => void, givenUp: (error: Error) => void): void {
    if (this.#keep(work, givenUp)) this.#patience ??= setTimeout(() => this.#schedule(), patienceMs);
  }

  /** Has all that waits committed, as far as the disk lets it. */
  async upToDate(): Promise<void> {
    if (this.#items.length === 0 || this.#closing.signal.aborted) return;
    await new Promise<unknown>((resolve) => {
      this.#add({ work: () => undefined, resolve, reject: resolve, isFact: false });
    });
  }

  /** Resolves when all that has been committed by now is durable; rejects when that cannot be. */
  async durable(): Promise<void> {
    const last = this.#committed.length > 0 ? this.#committed : this.#inFlight;
    if (last === null) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    last.push({ tell: resolve, refuse: reject });
    await promise;
  }

  /** Commits what waits, makes it durable, and takes no more. Facts that could not be written are found again by the next start. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#heldBack = [];
    this.#commitItems();
    try {
      this.#parts.syncNow();
    } catch (cause) {
      this.#break(cause);
      return;
    }
    for (const { tell } of this.#takeUntold()) tell();
  }

  #add(item: Item): void {
    this.#items.push(item);
    this.#schedule();
  }

  /** Whether it is to be committed now. */
  #keep(work: () => void, givenUp: (error: Error) => void): boolean {
    if (this.#closing.signal.aborted) return false;
    const isOpen = this.#heldBack.length === 0;
    (isOpen ? this.#items : this.#heldBack).push({
      work,
      resolve: () => undefined,
      reject: givenUp,
      isFact: true,
    });
    return isOpen;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#closing.signal.aborted) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    this.#commitItems();
    if (this.#committed.length > 0 && this.#inFlight === null) void this.#tellWhenDurable();
  }

  #commitItems(): void {
    clearTimeout(this.#patience ?? undefined);
    this.#patience = null;
    const items = this.#items;
    this.#items = [];
    if (items.length > 0) this.#commit(items);
  }

  #commit(items: readonly Item[]): void {
    let outcomes: readonly Outcome[];
    try {
      if (this.#isStale) this.#readAnew();
    } catch (error) {
      this.#refuse(items, error, true); // none of them was tried
      return;
    }
    try {
      outcomes = this.#transaction.immediate(items);
    } catch (error) {
      this.#rollBack();
      // An error of the work itself must not harm its neighbours; one of the disk would only meet each of them.
      if (items.length > 1 && !isTrouble(error)) for (const item of items) this.#commit([item]);
      else this.#refuse(items, error, isTrouble(error));
      return;
    }
    this.#committed.push({ tell: this.#parts.committed(), refuse: () => undefined }, ...outcomes);
    if (this.#heldBack.length > 0) this.#tryHeldBack();
  }

  async #tellWhenDurable(): Promise<void> {
    this.#inFlight = this.#committed;
    this.#committed = [];
    try {
      await this.#parts.sync();
    } catch (cause) {
      if (!this.#closing.signal.aborted) this.#break(cause);
      return;
    }
    if (this.#closing.signal.aborted) return; // all was told by then
    const told = this.#inFlight;
    this.#inFlight = null;
    for (const { tell } of told) tell();
    if (this.#committed.length > 0) void this.#tellWhenDurable();
  }

  /**
   * What the system could not write it may have dropped: another try would seem to succeed and prove nothing. The next
   * start reads what is there.
   */
  #break(cause: unknown): void {
    const error = storeError(cause, this.#parts.file);
    this.#closing.abort();
    const requests = this.#items.filter((item) => !item.isFact);
    this.#items = [];
    this.#heldBack = [];
    this.#parts.broken(error);
    for (const { refuse } of this.#takeUntold()) refuse(error);
    for (const { reject } of requests) reject(error);
  }

  #takeUntold(): readonly Outcome[] {
    const untold = [...(this.#inFlight ?? []), ...this.#committed];
    this.#inFlight = null;
    this.#committed = [];
    return untold;
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
    this.#schedule();
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

/** Runs within the transaction; gives what tells the outcomes, to be called when it is durable. */
function runItems(items: readonly Item[]): readonly Outcome[] {
  return items.map(({ work, resolve, reject, isFact }) => {
    try {
      const value = work();
      return { tell: () => resolve(value), refuse: isFact ? () => undefined : reject };
    } catch (error) {
      if (!isAIFlowError(error)) throw error;
      return { tell: () => reject(error), refuse: reject };
    }
  });
}

/** Whether it was the disk or the file that refused, and not one piece of work that is wrong. */
function isTrouble(error: unknown): boolean {
  return /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|LOCKED|NOMEM|PROTOCOL)/.test(
    errorCode(error) ?? '',
  );
}
