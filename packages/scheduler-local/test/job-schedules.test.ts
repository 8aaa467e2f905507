import type { MissedTicks, Schedule } from '@aiflow/core';
import { finished } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import type { Rig, RunOptions } from './harness.ts';
import { openRig } from './harness.ts';
import { job, rule } from './workflow.ts';

const minute = 60_000;
const every = (intervalMs: number, missedTicks: MissedTicks = 'latest'): Schedule => ({
  kind: 'interval',
  intervalMs,
  startDate: null,
  missedTicks,
});
const scheduled = (...schedules: readonly Schedule[]): RunOptions => ({ configs: { a: { schedules } } });

async function pass(rig: Rig, milliseconds: number): Promise<number> {
  await rig.clock.advance(milliseconds);
  await settle();
  return rig.runner.of('a').length;
}

test('a job with a schedule begins at its ticks and not with the execution, which goes on', async () => {
  const rig = await openRig();
  const id = await rig.run(
    ['a', 'b', 'after'],
    [rule('after', 'START', finished(job('a')))],
    scheduled(every(minute)),
  );
  (await rig.runner.begun('b')).finish();
  await rig.untilJob('b', id, 'FINISHED');
  expect(await pass(rig, minute - 1)).toBe(0);
  expect(await pass(rig, 1)).toBe(1);
  (await rig.runner.begun('a')).finish();
  (await rig.runner.begun('after')).finish(); // rules act on it as on any other
  await rig.untilJob('after', id, 'FINISHED');
  expect(await rig.scheduler.getWorkflowExecution(id)).toMatchObject({ status: 'RUNNING' });
  expect(await pass(rig, minute)).toBe(2);
  expect(await rig.scheduler.stopWorkflowExecution(id)).toMatchObject({ status: 'KILLED' });
  expect(await pass(rig, 10 * minute)).toBe(2);
  expect(rig.clock.sleeping).toBe(0);
});

test('a tick begins a job anew that runs, once its stop is confirmed', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a'], [], scheduled(every(minute)));
  await pass(rig, minute);
  const first = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  expect(await pass(rig, minute)).toBe(1);
  expect(first.stopRequested).toBe(true);
  first.confirmStop();
  await rig.runner.begun('a', 2);
});

test.each([
  ['latest', 1],
  ['all', 1],
  ['none', 0],
] as const)(
  'ticks that were missed while no scheduler was there follow the policy %s',
  async (missedTicks, begun) => {
    const rig = await openRig();
    await rig.run(['a'], [], scheduled(every(10 * minute, missedTicks)));
    await rig.scheduler.close();
    await rig.clock.advance(35 * minute);
    await rig.restart();
    expect(await pass(rig, 0)).toBe(begun);
    if (begun === 1) (await rig.runner.begun('a')).finish();
    expect(await pass(rig, 5 * minute - 1)).toBe(begun); // and the schedule goes on as it was
    expect(await pass(rig, 1)).toBe(begun + 1);
  },
);

test('a tick that was acted on is not acted on again after a restart', async () => {
  const rig = await openRig();
  const id = await rig.run(['a'], [], scheduled(every(minute)));
  await pass(rig, minute);
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('a', id, 'FINISHED');
  await rig.restart();
  expect(await pass(rig, minute - 1)).toBe(1);
  expect(await pass(rig, 1)).toBe(2);
});

test('a cron expression ticks by the wall clock, also when that is set', async () => {
  const rig = await openRig();
  const cron: Schedule = {
    kind: 'cron',
    cron: '0 6 * * *',
    timezone: 'Europe/Paris',
    startDate: null,
    missedTicks: 'latest',
  };
  await rig.run(['a'], [], scheduled(cron));
  expect(await pass(rig, 5 * 60 * minute - 1)).toBe(0); // 2026-01-01T04:59:59.999Z
  expect(await pass(rig, 1)).toBe(1);
  (await rig.runner.begun('a')).finish();
  await settle();
  rig.clock.setNow(Date.UTC(2026, 0, 2, 5));
  expect(await pass(rig, minute)).toBe(2);
});

test('several schedules of a job each bring their ticks', async () => {
  const rig = await openRig();
  await rig.run(['a'], [], scheduled(every(2 * minute), every(3 * minute)));
  const counts: number[] = [];
  for (let passed = 1; passed <= 6; passed += 1) {
    counts.push(await pass(rig, minute));
    for (const attempt of rig.runner.attempts) attempt.finish();
    await settle();
  }
  expect(counts).toEqual([0, 1, 2, 3, 3, 4]); // both come at the sixth minute, and begin it once
});

test('the schedules of an execution that waits begin when it does', async () => {
  const rig = await openRig();
  const workflow = { limits: { executions: 1 } };
  const first = await rig.run(['a'], [], { workflow, ...scheduled(every(minute)) });
  const second = await rig.run(['a'], [], { workflow, ...scheduled(every(minute)) });
  await rig.clock.advance(minute / 2);
  await rig.scheduler.stopWorkflowExecution(first);
  expect(await pass(rig, minute - 1)).toBe(0);
  expect(await pass(rig, 1)).toBe(1);
  expect(await rig.attempts('a', second)).toHaveLength(1);
});
