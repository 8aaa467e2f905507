import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import type { Event, Scheduler } from '@aiflow/core';
import { environmentSecrets, openBlobManager, openProject, openScheduler, systemClock } from '@aiflow/core';

const project = join(import.meta.dirname, '..');

export interface ReplayEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of the project, to be replayed as a user would. */
export class ReplayCopy {
  readonly directory: string;
  readonly #parent: string;

  constructor() {
    this.#parent = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-weather-')));
    this.directory = join(this.#parent, 'weather-alerts');
    const filter = (path: string): boolean => !['node_modules', '.aiflow'].includes(basename(path));
    cpSync(project, this.directory, { recursive: true, filter });
    symlinkSync(join(project, 'node_modules'), join(this.directory, 'node_modules'));
  }

  /** Starts the program. Its end is what it printed, and the exit code, null after a kill. */
  start(
    args: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): { readonly child: ChildProcess; readonly end: Promise<ReplayEnd> } {
    const own = { ...process.env, AIFLOW_HOME: '', ...env };
    const command = [join(this.directory, 'replay.ts'), ...args];
    const child = spawn(process.execPath, command, {
      cwd: tmpdir(),
      env: own,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    const end = Promise.all([exited, text(child.stdout), text(child.stderr)]);
    return { child, end: end.then(([exitCode, stdout, stderr]) => ({ exitCode, stdout, stderr })) };
  }

  async run(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<ReplayEnd> {
    return await this.start(args, env).end;
  }

  /** A file that the station and the jobs left for each other. */
  file(name: string): string {
    return readFileSync(join(this.directory, '.aiflow/weather', name), 'utf8');
  }

  /** How many days the station has written. */
  get written(): number {
    const isThere = existsSync(join(this.directory, '.aiflow/weather/days.csv'));
    return isThere ? this.file('days.csv').split('\n').length - 2 : 0;
  }

  /** Opens the scheduler after a replay to look at it; nothing starts. */
  async look<T>(use: (scheduler: Scheduler, events: readonly Event[]) => Promise<T>): Promise<T> {
    const found = await openProject(this.directory);
    const secrets = environmentSecrets({});
    const logger = { debug: () => undefined, info: () => undefined, warn: fail, error: fail };
    const host = { logger, clock: systemClock, secrets, stateDir: found.stateDir };
    const parts = { project: found, host, environment: {} };
    const { manager } = await openBlobManager(parts);
    const { scheduler } = await openScheduler(parts, manager, { startsByItself: false });
    await scheduler.start();
    try {
      return await use(scheduler, await scheduler.events.list({}, { limit: 100_000 }));
    } finally {
      await scheduler.close();
    }
  }

  remove(): void {
    execFileSync('chmod', ['-R', 'u+rwX', this.#parent]); // snapshots are read-only
    rmSync(this.#parent, { recursive: true, force: true });
  }
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 600_000; !holds(); await delay(5)) {
    if (Date.now() > deadline) throw new Error(`waited ten minutes until ${what}`);
  }
}

function fail(message: string): never {
  throw new Error(message);
}
