import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { errorCode, messageOf } from '@aiflow/core';
import { createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { localScheduler } from '../src/plugin.ts';
import { until } from './harness.ts';

type Line = Readonly<Record<string, string | number>>;

test('a second scheduler on the same file is refused in one line that names the file and the process', async () => {
  const { stateDir, scheduler } = await place();
  const holder = hold(stateDir);
  await until('it to start', () => holder.lines[0] ?? null);
  const error: unknown = await scheduler.start().catch((thrown: unknown) => thrown);
  expect(errorCode(error)).toBe('scheduler.busy');
  const used = `${stateDir}/scheduler.db is in use by the scheduler of process ${holder.child.pid}: `;
  expect(messageOf(error).startsWith(used)).toBe(true);
  expect(messageOf(error)).not.toContain('\n');
  await expect(scheduler.submitWorkflow({} as never, {} as never)).rejects.toMatchObject({
    code: 'scheduler.closed',
  });
});

test('one process refuses another too, and itself', async () => {
  const { stateDir, scheduler, another } = await place();
  await scheduler.start();
  const holder = hold(stateDir);
  await once(holder.child, 'exit');
  expect(holder.lines).toMatchObject([{ error: 'scheduler.busy' }]);
  await expect(another().start()).rejects.toMatchObject({ code: 'scheduler.busy' });
  await expect(scheduler.start()).rejects.toMatchObject({ code: 'scheduler.busy' });
  await scheduler.close();
  await scheduler.close();
  const next = another();
  await next.start();
  await next.close();
});

test('a link to the file is no way around the lock, also while the file is not there yet', async () => {
  const { stateDir, another } = await place();
  symlinkSync('scheduler.db', `${stateDir}/link.db`);
  symlinkSync(stateDir, `${stateDir}/here`);
  const [first, second] = [another('here/link.db'), another()];
  await first.start();
  await expect(second.start()).rejects.toMatchObject({ code: 'scheduler.busy' });
  await first.close();
  await second.start();
  await expect(first.start()).rejects.toMatchObject({ code: 'scheduler.busy' });
});

async function place(): Promise<{
  stateDir: string;
  scheduler: ReturnType<typeof localScheduler.create>;
  another: (database?: string) => ReturnType<typeof localScheduler.create>;
}> {
  const host = await createTestHost();
  const opened: ReturnType<typeof localScheduler.create>[] = [];
  const another = (database = 'scheduler.db'): ReturnType<typeof localScheduler.create> => {
    const config = { database, max_running_jobs: 4, pools: {} };
    const scheduler = localScheduler.create(config, { ...host, runner: createScriptedRunner() });
    opened.push(scheduler);
    return scheduler;
  };
  onTestFinished(async () => {
    for (const scheduler of opened) await scheduler.close();
    await host.dispose();
  });
  return { stateDir: host.stateDir, scheduler: another(), another };
}

function hold(stateDir: string): { child: ChildProcess; lines: Line[] } {
  const program = fileURLToPath(new URL('./holder-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, stateDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  const lines: Line[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line) as Line));
  return { child, lines };
}
