import { copyFileSync, existsSync, mkdtempSync } from 'node:fs';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { AttemptRun, AttemptRunner, Event, Scheduler } from '@aiflow/core';
import type { ManualClock, ScriptedAttempt, ScriptedRunner, TestHost } from '@aiflow/testkit';
import { createManualClock, createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { localScheduler } from '../../src/plugin.ts';

/** How a scheduler hears of the outside: cut, it hears and does nothing more. */
interface Line {
  readonly runner: AttemptRunner;
  /** Starts that arrive and of which it hears nothing, or that do not even arrive. */
  starts: 'arrive' | 'unheard' | 'lost';
  isCut: boolean;
}

/** More events than this by one command are those of rules that start each other without end. */
const endless = 150;

/** A scheduler on a real database, with an outside that lasts when the scheduler dies. */
export class Real {
  readonly clock: ManualClock = createManualClock();
  readonly #script: ScriptedRunner = createScriptedRunner();
  readonly #stateDir: string = mkdtempSync(`${existsSync('/dev/shm') ? '/dev/shm' : tmpdir()}/aiflow-model-`);
  readonly #options: { readonly max_running_jobs: number; readonly pools: Readonly<Record<string, number>> };
  readonly #gone = new Set<string>();
  #host: TestHost | null = null;
  #lives = 0;
  #line: Line = this.#newLine();
  #scheduler: Scheduler | null = null;

  constructor(maxRunning: number, pools: Readonly<Record<string, number>>) {
    this.#options = { max_running_jobs: maxRunning, pools };
  }

  get scheduler(): Scheduler {
    if (this.#scheduler === null) throw new Error('the scheduler was not started');
    return this.#scheduler;
  }

  /** The attempts that run outside. */
  get running(): readonly ScriptedAttempt[] {
    return this.#script.attempts.filter(({ ended, attempt }) => !ended && !this.#gone.has(attempt.attemptId));
  }

  async start(): Promise<void> {
    this.#host ??= await createTestHost({ clock: this.clock, stateDir: this.#stateDir });
    this.#line = this.#newLine();
    const host = { ...this.#host, runner: this.#line.runner };
    this.#scheduler = localScheduler.create({ database: `${this.#lives}.db`, ...this.#options }, host);
    await this.#scheduler.start();
  }

  /** What it commands from now on is not heard of any more, or does not even arrive. */
  breakStarts(starts: Line['starts']): void {
    this.#line.starts = starts;
  }

  /** It dies as it stands: what was committed is all that the next one finds. */
  async kill(): Promise<void> {
    const [before, after] = [this.#lives, (this.#lives += 1)];
    for (const suffix of ['', '-wal']) {
      const file = `${this.#stateDir}/${before}.db${suffix}`;
      if (existsSync(file)) copyFileSync(file, `${this.#stateDir}/${after}.db${suffix}`);
    }
    this.#line.isCut = true;
    await this.scheduler.close();
  }

  hold(held: boolean): void {
    this.#script.holdStops(held);
    if (!held) for (const attempt of this.running) if (attempt.stopRequested) attempt.confirmStop();
  }

  /** Nobody finds it any more. */
  vanish(attempt: ScriptedAttempt): void {
    this.#gone.add(attempt.attempt.attemptId);
  }

  /** Lets it do all that it does by itself; gives whether it came to an end with that. */
  async rest(): Promise<boolean> {
    const first = await this.scheduler.events.latestVersion();
    for (let last = first, still = 0; still < 6;) {
      await new Promise((resolve) => setImmediate(resolve));
      const version = await this.scheduler.events.latestVersion();
      if (version > first + endless) return false;
      still = version === last ? still + 1 : 0;
      last = version;
    }
    return true;
  }

  async log(): Promise<Event[]> {
    return await this.scheduler.events.list({}, { limit: 1e6 });
  }

  async dispose(): Promise<void> {
    await this.#scheduler?.close();
    rmSync(this.#stateDir, { recursive: true });
  }

  #newLine(): Line {
    const line: Line = {
      starts: 'arrive',
      isCut: false,
      runner: {
        start: (attempt) => {
          if (line.isCut || line.starts === 'lost') return silentRun();
          const run = this.#script.start(attempt);
          return line.starts === 'unheard' ? silentRun() : whileUncut(line, run);
        },
        find: async (attempt) => {
          const run = this.#gone.has(attempt.attemptId) ? null : await this.#script.find(attempt);
          return run === null ? null : whileUncut(line, run);
        },
      },
    };
    return line;
  }
}

/** One for each: whoever waits for it is kept for as long as it is. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

function silentRun(): AttemptRun {
  return {
    logDir: '',
    outboxDir: '/nowhere',
    submitted: never(),
    result: never(),
    stop: never,
    detach: () => undefined,
  };
}

function whileUncut(line: Line, run: AttemptRun): AttemptRun {
  return { ...run, stop: () => (line.isCut ? never() : run.stop()) };
}
