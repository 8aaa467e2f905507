import { resolve } from 'node:path';
import type { Clock, SchedulerHost } from '@aiflow/core';
import { messageOf } from '@aiflow/core';
import { Alarm } from './alarm.ts';
import { closed } from './closed.ts';
import type { Consequences } from './consequences.ts';
import { Dispatcher } from './dispatcher.ts';
import { EventTail } from './event-tail.ts';
import { Extraction } from './extraction.ts';
import { GroupCommit } from './group-commit.ts';
import type { LiveAttempt } from './live/live-execution.ts';
import type { LocalSchedulerOptions } from './options.ts';
import { Outboxes } from './outbox/outboxes.ts';
import { recover } from './recovery.ts';
import type { OpenDatabase } from './store/database.ts';
import { openDatabase } from './store/database.ts';
import { storeError } from './store/errors.ts';
import type { Store } from './store/store.ts';
import { openStore } from './store/store.ts';
import { Transitions } from './transitions.ts';
import { Waiters } from './waiters.ts';

/**
 * What a commit may have left undone: the attempts that were under way by then, who waited for an end that it wrote, and
 * who listened for what it published.
 */
interface Left {
  readonly attempts: readonly string[];
  readonly ended: readonly string[];
  readonly latestVersion: number;
}

/** All that lives from `start` to `close`, wired together. */
export class Session {
  readonly store: Store;
  readonly transitions: Transitions;
  readonly commit: GroupCommit;
  readonly waiters: Waiters = new Waiters();
  readonly tail: EventTail;
  readonly clock: Clock;
  readonly config: LocalSchedulerOptions;
  readonly #database: OpenDatabase;
  readonly #host: SchedulerHost;
  readonly #dispatcher: Dispatcher;
  readonly #alarm: Alarm;
  readonly #extraction: Extraction;
  readonly #closing = new AbortController();
  /** The attempts that are being looked for. */
  readonly #sought = new Set<string>();
  #published: PromiseWithResolvers<void> = Promise.withResolvers();
  /** A commit may have failed after it took effect: what follows from it is done once it is known to be durable. */
  #inDoubt: 'no' | 'yes' | 'written' = 'no';
  #left: Left = { attempts: [], ended: [], latestVersion: 0 };

  private constructor(database: OpenDatabase, config: LocalSchedulerOptions, host: SchedulerHost) {
    const { clock, logger, runner, contextExtractor, startsByItself } = host;
    this.#database = database;
    this.#host = host;
    this.clock = clock;
    this.config = config;
    this.store = openStore(database.connection);
    this.tail = new EventTail(this.store.events.latestVersion());
    this.transitions = new Transitions({
      store: this.store,
      clock,
      limits: { maxRunning: config.max_running_jobs, pools: new Map(Object.entries(config.pools)) },
      logger,
      startsByItself,
    });
    this.commit = new GroupCommit({
      connection: database.connection,
      file: database.file,
      clock,
      logger,
      sync: () => database.sync(),
      syncNow: () => database.syncNow(),
      committed: () => {
        const consequences = this.transitions.takeConsequences();
        if (!this.closing.aborted) for (const id of consequences.startNow) this.#dispatcher.start(id);
        const left = this.#inDoubt === 'written' ? this.#left : null;
        if (left !== null) this.#inDoubt = 'no';
        return () => {
          if (left !== null) this.tail.reach(left.latestVersion);
          this.#follow(consequences);
          if (left !== null && !this.closing.aborted) this.#catchUp(left);
        };
      },
      rolledBack: () => {
        this.transitions.forget();
        this.#doubt();
      },
      broken: (error) => this.#break(error),
    });
    const { commit, transitions, waiters, closing: signal } = this;
    const outboxes = new Outboxes({ transitions, commit, clock, logger, signal });
    this.#dispatcher = new Dispatcher({ runner, transitions, commit, waiters, outboxes, logger });
    this.#extraction = new Extraction({
      store: this.store,
      transitions,
      commit,
      contextExtractor,
      clock,
      logger,
      signal,
    });
    this.#alarm = new Alarm({
      clock,
      logger,
      next: () => transitions.nextDue(),
      ring: () => commit.run(() => transitions.fallDue()),
      signal,
    });
  }

  /** Opens the store. Nothing happens before {@link resume}. */
  static open(config: LocalSchedulerOptions, host: SchedulerHost): Session {
    const database = openDatabase(resolve(host.stateDir, config.database));
    try {
      return new Session(database, config, host);
    } catch (error) {
      database.close();
      throw storeError(error, database.file);
    }
  }

  /** Takes up what was left in the store; what had begun is looked for in the background. */
  async resume(): Promise<void> {
    void this.#recover([...this.transitions.live.attempts.keys()]);
    await this.commit.run(() => this.transitions.resume());
    this.#warnOfPools();
  }

  /** Aborts when this is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Reads what is known by now, and resolves once that is durable. */
  async read<T>(ask: (store: Store) => T): Promise<T> {
    if (this.closing.aborted) throw closed();
    await this.commit.upToDate();
    if (this.closing.aborted) throw closed();
    let answer: T;
    try {
      answer = ask(this.store);
    } catch (error) {
      throw storeError(error, this.#database.file);
    }
    await this.commit.durable();
    return answer;
  }

  /** Resolves when there are durable events after `version`, or when the signal aborts. */
  async untilPublished(version: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.tail.latestVersion <= version) {
      await orAborted(this.#published.promise, signal);
    }
  }

  /** Waits for the end of an attempt or an execution that has not ended: asked for where that is known. */
  untilEnded(id: string): Promise<void> {
    return this.waiters.wait(id);
  }

  close(): void {
    if (this.closing.aborted) return;
    this.#closing.abort(closed());
    this.commit.close();
    this.#dispatcher.close();
    this.#extraction.close();
    this.waiters.failAll(closed());
    this.#database.close();
  }

  /** What a transaction asks for, now that it is durable. */
  #follow({ commands, granted, ended, untold, published }: Consequences): void {
    this.tail.append(published);
    for (const attempt of granted) attempt.isGranted = true;
    if (!this.closing.aborted) {
      this.#dispatcher.carryOut(commands);
      this.#extraction.follow(untold);
    }
    for (const id of ended) {
      this.#dispatcher.forget(id);
      this.waiters.settle(id);
    }
    this.#alarm.set();
    this.#published.resolve();
    this.#published = Promise.withResolvers();
  }

  /**
   * After a rollback: the next commit that succeeds makes durable what the last one may have left. What is looked at
   * then is what was there before it: of all that, whatever else was asked for has been done by then.
   */
  #doubt(): void {
    const isNew = this.#inDoubt === 'no';
    this.#inDoubt = 'yes';
    if (!isNew) return;
    this.commit.record(
      () => {
        this.store.prove();
        this.#inDoubt = 'written';
        const { live } = this.transitions;
        this.#left = {
          attempts: [...live.attempts.values()].filter(isUnderWay).map(({ attemptId }) => attemptId),
          ended: this.waiters.ids().filter((id) => !live.executions.has(id) && !live.attempts.has(id)),
          latestVersion: this.store.events.latestVersion(),
        };
      },
      (error) => this.#host.logger.error(`what was written cannot be known: ${messageOf(error)}`),
    );
  }

  /** Does what follows from transactions of which nobody was told that they took effect. */
  #catchUp({ attempts, ended }: Left): void {
    for (const id of ended) this.waiters.settle(id);
    for (const id of attempts) {
      const stopFor = this.transitions.live.attempts.get(id)?.stopFor ?? null;
      if (stopFor !== null) this.#dispatcher.stop(id);
    }
    this.#extraction.follow(this.store.untoldEvents.versions());
    void this.#recover(attempts);
  }

  #break(error: Error): void {
    this.#host.logger.error(
      `${error.message}; this scheduler ends here, and jobs that run go on: the next start looks for them`,
    );
    this.close();
  }

  /** What was submitted under another configuration may wait for a pool that is not there any more. */
  #warnOfPools(): void {
    const { pools } = this.config;
    const missing = new Set<string>();
    for (const { status, jobName, execution } of this.transitions.live.attempts.values()) {
      const pool = execution.version.jobs.get(jobName)?.config.pool;
      if (status === 'INIT' && pool !== undefined && !Object.hasOwn(pools, pool)) missing.add(pool);
    }
    for (const pool of missing) {
      this.#host.logger.warn(
        `jobs wait for pool "${pool}", which this scheduler does not have: add it to pools in scheduler_config`,
      );
    }
  }

  async #recover(attemptIds: readonly string[]): Promise<void> {
    const { runner, clock, logger } = this.#host;
    const { transitions, closing: signal } = this;
    const [dispatcher, sought] = [this.#dispatcher, this.#sought];
    try {
      const { commit } = this;
      const parts = { runner, transitions, dispatcher, commit, sought, clock, logger, signal };
      await recover(attemptIds, parts);
    } catch (error) {
      logger.error(`the attempts that were left running could not be taken up: ${messageOf(error)}`);
    }
  }
}

/** Whether it may have begun, or is being stopped. One that does neither is told of by who makes it so. */
function isUnderWay({ begun, isSought, stopFor }: LiveAttempt): boolean {
  return begun || isSought || stopFor !== null;
}

async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const onAbort = (): void => aborted.resolve();
  signal.addEventListener('abort', onAbort);
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
