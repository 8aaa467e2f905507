import type { MissedTicks, Schedule, Workflow } from '@aiflow/core';
import { event } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import type { Rig, RigOptions, RunOptions } from './harness.ts';
import { openRig } from './harness.ts';
import { project } from './workflow.ts';

const minute = 60_000;
const every = (intervalMs: number, missedTicks: MissedTicks = 'latest'): Schedule => ({
  kind: 'interval',
  intervalMs,
  startDate: null,
  missedTicks,
});
const scheduled = (schedules: readonly Schedule[], more: Partial<Workflow> = {}): RunOptions => ({
  workflow: { schedules, ...more },
});

/** How many executions there are after so much time. */
async function pass(rig: Rig, milliseconds: number): Promise<number> {
  await rig.clock.advance(milliseconds);
  await settle();
  return (await rig.executions('w')).length;
}

test('each tick of a submitted workflow starts an execution, whether the last one runs or not', async () => {
  const rig = await openRig();
  await rig.submit('w', scheduled([every(2 * minute), every(3 * minute)]));
  const counts: number[] = [];
  for (let passed = 1; passed <= 6; passed += 1) counts.push(await pass(rig, minute));
  expect(counts).toEqual([0, 1, 2, 3, 3, 5]); // at the sixth minute both come
  expect(await rig.executions('w')).toEqual(Array.from({ length: 5 }, () => 'RUNNING -'));
});

test('the same schedule said twice ticks once', async () => {
  const rig = await openRig();
  await rig.submit('w', scheduled([every(minute), every(minute)]));
  expect(await pass(rig, minute)).toBe(1);
});

const policies = [
  ['latest', 1],
  ['all', 3],
  ['none', 0],
] as const;

test.each(policies)(
  'ticks that were missed while no scheduler was there follow the policy %s',
  async (policy, begun) => {
    const rig = await openRig();
    await rig.submit('w', scheduled([every(10 * minute, policy)]));
    await rig.scheduler.close();
    await rig.clock.advance(35 * minute);
    await rig.restart();
    expect(await pass(rig, 0)).toBe(begun);
    expect(await pass(rig, 5 * minute - 1)).toBe(begun); // and the schedule goes on as it was
    expect(await pass(rig, 1)).toBe(begun + 1);
  },
);

test.each(policies)(
  'ticks that come while a workflow is paused wait, and then follow the policy %s',
  async (policy, begun) => {
    const rig = await openRig();
    await rig.submit('w', scheduled([every(10 * minute, policy)]));
    await rig.scheduler.pauseWorkflowScheduling(project, 'w');
    expect(await pass(rig, 20 * minute)).toBe(0);
    await rig.restart();
    expect(await pass(rig, 15 * minute)).toBe(0);
    await rig.scheduler.resumeWorkflowScheduling(project, 'w');
    expect(await pass(rig, 0)).toBe(begun);
    expect(await pass(rig, 5 * minute)).toBe(begun + 1); // the clock kept its place
  },
);

test('very many missed ticks are made up for in parts, and each once', async () => {
  const rig = await openRig();
  await rig.submit('w', scheduled([every(minute, 'all')], { limits: { executions: 1 } }));
  await rig.scheduler.close();
  await rig.clock.advance(350 * minute);
  await rig.restart();
  await pass(rig, 0);
  expect(await pass(rig, 0)).toBe(350);
});

test('a tick that was acted on is not acted on again after a restart', async () => {
  const rig = await openRig();
  await rig.submit('w', scheduled([every(minute)]));
  expect(await pass(rig, minute)).toBe(1);
  await rig.restart();
  expect(await pass(rig, minute - 1)).toBe(1);
  expect(await pass(rig, 1)).toBe(2);
});

test('a schedule keeps its place when its workflow is submitted again, and a changed one begins anew', async () => {
  const rig = await openRig();
  await rig.submit('w', scheduled([every(10 * minute), every(7 * minute)]));
  await pass(rig, 6 * minute);
  await rig.submit('w', scheduled([every(8 * minute), every(10 * minute)], { properties: { new: 'one' } }));
  expect(await pass(rig, 4 * minute - 1)).toBe(0);
  expect(await pass(rig, 1)).toBe(1);
  expect(await pass(rig, 4 * minute - 1)).toBe(1);
  expect(await pass(rig, 1)).toBe(2);
});

test('a workflow that is deleted starts no more, also after it is submitted without its schedule', async () => {
  const rig = await openRig();
  await rig.submit('w', scheduled([every(minute)]));
  await pass(rig, minute / 2);
  await rig.scheduler.deleteWorkflow(project, 'w');
  expect(await pass(rig, 10 * minute)).toBe(0);
  expect(rig.clock.sleeping).toBe(0);
  await rig.submit('w', scheduled([every(minute)]));
  expect(await pass(rig, minute - 1)).toBe(0);
  expect(await pass(rig, 1)).toBe(1);
});

test('executions by schedule wait for their limit as others do', async () => {
  const rig = await openRig();
  await rig.submit('w', scheduled([every(minute)], { limits: { executions: 1 } }));
  await pass(rig, minute);
  await pass(rig, minute);
  expect(await rig.executions('w')).toEqual(['RUNNING -', 'INIT -']);
  (await rig.runner.begun('a')).finish();
  await settle();
  expect(await rig.executions('w')).toEqual(['FINISHED -', 'RUNNING -']);
});

test('a tick of a workflow whose pool is gone says so and starts nothing', async () => {
  const rig = await openRig({ pools: { gpu: 1 } });
  await rig.submit('w', { ...scheduled([every(minute)]), configs: { a: { pool: 'gpu' } } });
  await rig.restart({});
  expect(await pass(rig, minute)).toBe(0);
  expect(rig.host.logger.records.filter(({ level }) => level === 'error')).toHaveLength(1);
});

test('where nothing starts by itself no schedule and no rule of a workflow acts, and a start by hand does', async () => {
  const options: RigOptions = { startsByItself: false };
  const rig = await openRig(options);
  const workflowRules = [{ action: 'START', condition: event({ key: 'news' }) }] as const;
  const id = await rig.run(['a'], [], { name: 'w', ...scheduled([every(minute)], { workflowRules }) });
  (await rig.runner.begun('a')).finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  await rig.scheduler.events.publish([{ key: 'news', value: '' }]);
  expect(await pass(rig, 10.5 * minute)).toBe(1);
  options.startsByItself = true;
  await rig.restart();
  expect(await pass(rig, 0)).toBe(2); // the tick was missed, and the event is nothing to it
  expect(await pass(rig, minute / 2)).toBe(3);
});
