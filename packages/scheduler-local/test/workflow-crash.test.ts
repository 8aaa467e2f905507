import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { IntervalSchedule } from '@aiflow/core';
import { createTestHost } from '@aiflow/testkit';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { until } from './harness.ts';
import { hastyScheduler, submitAll } from './hasty-scheduler.ts';
import { context } from './workflow.ts';

const kills = Number(process.env['AIFLOW_TEST_KILLS'] ?? 8);

test('after any number of kills each event has started one execution of each workflow, and each tick one', async () => {
  const host = await createTestHost();
  onTestFinished(async () => await host.dispose());
  const { stateDir } = host;
  await withScheduler(stateDir, async (scheduler) => await submitAll(scheduler, context));
  const started = (name: string): string[] =>
    read(stateDir, `SELECT context FROM executions WHERE workflow_name = '${name}' ORDER BY context`);
  const begin = ticksDealtWith(stateDir) - started('ticking').length;
  let acknowledged = -1;
  for (let kill = 0; kill < kills; kill += 1) {
    acknowledged = await killedAfter(stateDir, acknowledged + 1, 20 + ((kill * 97) % 300));
  }
  await withScheduler(stateDir, async () => {
    const waiting = (): number => read<number>(stateDir, 'SELECT count(*) FROM untold_events')[0] ?? NaN;
    for (let left = waiting(); left > 0; left = waiting()) {
      await until('fewer events to wait', () => waiting() < left || null);
    }
  });
  const published = read<string>(stateDir, "SELECT value FROM events WHERE key = 'go' ORDER BY value");
  expect(new Set(published).size).toBe(published.length);
  expect(published.length).toBeGreaterThan(acknowledged);
  expect(started('by_field')).toEqual(published);
  expect(started('by_module')).toEqual(published);
  expect(started('ticking')).toHaveLength(ticksDealtWith(stateDir) - begin);
});

/** Runs a process, kills it after so many milliseconds of work; gives the last event that it acknowledged. */
async function killedAfter(stateDir: string, first: number, milliseconds: number): Promise<number> {
  const program = fileURLToPath(new URL('./hasty-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, stateDir, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await until('it to start', () => {
    if (child.exitCode !== null) throw new Error(`it ended by itself with ${child.exitCode}`);
    return lines[0] ?? null;
  });
  await delay(milliseconds);
  child.kill('SIGKILL');
  await once(child, 'close');
  const last = Number(lines.at(-1));
  return Number.isNaN(last) ? first - 1 : last;
}

async function withScheduler(
  stateDir: string,
  use: (scheduler: Awaited<ReturnType<typeof hastyScheduler>>) => Promise<void>,
): Promise<void> {
  const scheduler = await hastyScheduler(stateDir);
  await scheduler.start();
  try {
    await use(scheduler);
  } finally {
    await scheduler.close();
  }
}

/** How many ticks of the schedules lie before the last that were dealt with. */
function ticksDealtWith(stateDir: string): number {
  return read<string>(stateDir, 'SELECT json_array(schedule, last) FROM workflow_ticks')
    .map((row) => JSON.parse(row) as [schedule: string, last: number])
    .map(([schedule, last]) => [(JSON.parse(schedule) as IntervalSchedule).startDate ?? '', last] as const)
    .reduce((sum, [startDate, last]) => sum + Math.floor((last - Date.parse(startDate)) / 1000), 0);
}

function read<Value>(stateDir: string, question: string): Value[] {
  const reader = new Database(`${stateDir}/scheduler.db`, { readonly: true });
  try {
    return reader.prepare<unknown[], Value>(question).pluck().all();
  } finally {
    reader.close();
  }
}
