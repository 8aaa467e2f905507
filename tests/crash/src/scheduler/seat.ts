import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AIFlowError, isAIFlowError } from '@aiflow/core';
import type { Room } from '../room.ts';
import type { Answer, Method, Remote, Request } from './messages.ts';
import type { Trap } from './points.ts';

type Value<Name extends Method> = Awaited<ReturnType<Remote[Name]>>;
type Outcome = 'started' | 'killed';

/** How long an answer may take, kills or not. */
const patienceMs = 120_000;

/** The process of a room's scheduler, one after the other, and what is asked of whichever is there. */
export class Seat {
  readonly #room: Room;
  readonly #pending = new Map<number, PromiseWithResolvers<unknown>>();
  #child: ChildProcess | null = null;
  #up: PromiseWithResolvers<void> = Promise.withResolvers();
  #exit: Promise<unknown> = Promise.resolve();
  #isServing = false;
  #isClosing = false;
  #ids = 0;
  /** How often a scheduler ended that nobody had killed. */
  falls = 0;
  /** Told of each kill of something else than the scheduler at a point. */
  onKilled: (answer: Answer & { readonly kind: 'killed' }) => void = () => undefined;

  constructor(room: Room) {
    this.#room = room;
  }

  /** Starts one; resolves when it serves, or when the trap has killed it before. Throws when it ends by itself. */
  async start(trap: Trap | null): Promise<Outcome> {
    const log = openSync(join(this.#room.directory, 'scheduler.log'), 'a');
    const launcher = process.env['AIFLOW_LAUNCHER'];
    const points = new URL('./interpose.ts', import.meta.url);
    const program = fileURLToPath(new URL('./process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', points.href, program], {
      env: {
        PATH: process.env['PATH'] ?? '',
        CRASH_ROOM: this.#room.directory,
        CRASH_TRAP: JSON.stringify(trap),
        TMPDIR: join(this.#room.directory, 'tmp'),
        ...(launcher !== undefined && { AIFLOW_LAUNCHER: launcher }),
      },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#child = child;
    this.#exit = once(child, 'exit').then(() => this.#ended(child));
    const started = Promise.withResolvers<Outcome>();
    child.on('message', (answer: Answer) => {
      if (answer.kind === 'started') {
        this.#isServing = true;
        this.#up.resolve();
        started.resolve('started');
      } else {
        this.#hear(answer);
      }
    });
    void this.#exit.then(() => started.resolve('killed'));
    const outcome = await started.promise;
    if (outcome === 'killed' && child.signalCode !== 'SIGKILL') {
      throw new Error(
        `the scheduler ended by itself with ${child.exitCode ?? child.signalCode}: see scheduler.log`,
      );
    }
    return outcome;
  }

  /**
   * Waits for a scheduler, then asks it. Throws `crash.interrupted` when that dies before it answers,
   * `crash.unanswered` when it lives and does not, and what it refuses.
   */
  async call<Name extends Method>(method: Name, ...args: Parameters<Remote[Name]>): Promise<Value<Name>> {
    await this.#up.promise;
    const id = (this.#ids += 1);
    const answered = Promise.withResolvers<unknown>();
    this.#pending.set(id, answered);
    const silent = new AIFlowError('crash.unanswered', `${method} was not answered`, { context: { id } });
    const patience = setTimeout(() => answered.reject(silent), patienceMs);
    this.#send({ kind: 'call', id, method, args });
    try {
      return (await answered.promise) as Value<Name>;
    } finally {
      clearTimeout(patience);
    }
  }

  /** Asks again until somebody answers: for what may be asked twice. */
  async persist<Name extends Method>(method: Name, ...args: Parameters<Remote[Name]>): Promise<Value<Name>> {
    for (;;) {
      try {
        return await this.call(method, ...args);
      } catch (error) {
        if (!isAIFlowError(error, 'crash.interrupted')) throw error;
      }
    }
  }

  setTrap(trap: Trap | null): void {
    this.#send({ kind: 'trap', trap });
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Resolves when the scheduler that is there has died; true when it did within so many milliseconds. */
  async diedWithin(milliseconds: number): Promise<boolean> {
    const patience = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => patience.resolve(false), milliseconds);
    const died = await Promise.race([this.#exit.then(() => true), patience.promise]);
    clearTimeout(timer);
    return died;
  }

  /** Closes the scheduler; false when it had to be killed after 20 s. */
  async close(): Promise<boolean> {
    this.#isClosing = true;
    this.#send({ kind: 'close' });
    if (await this.diedWithin(20_000)) return true;
    this.kill();
    await this.#exit;
    return false;
  }

  #ended(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = null;
    if (child.signalCode !== 'SIGKILL' && !this.#isClosing) this.falls += 1;
    // One that died while it started leaves those waiting who wait.
    if (this.#isServing) this.#up = Promise.withResolvers();
    this.#isServing = false;
    const error = new AIFlowError('crash.interrupted', 'the scheduler died before it answered');
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #hear(answer: Answer): void {
    switch (answer.kind) {
      case 'started':
        return;
      case 'killed':
        return this.onKilled(answer);
      case 'done':
        return this.#settle(answer.id, (pending) => pending.resolve(answer.value));
      case 'refused':
        return this.#settle(answer.id, (pending) =>
          pending.reject(new AIFlowError(answer.code, answer.message)),
        );
    }
  }

  #settle(id: number, settle: (pending: PromiseWithResolvers<unknown>) => void): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (pending !== undefined) settle(pending);
  }

  /** What cannot be sent was asked of one that is dead: its exit tells. */
  #send(request: Request): void {
    this.#child?.send(request, () => undefined);
  }
}
