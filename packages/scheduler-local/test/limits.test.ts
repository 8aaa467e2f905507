import { failed } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rig } from './harness.ts';
import { createRig, openRig, until } from './harness.ts';
import { context, job, project, rule, workflowOf } from './workflow.ts';

function begun(rig: Rig): string[] {
  return rig.runner.attempts.map(({ attempt }) => attempt.job.config.jobName);
}

test('jobs of a pool run as far as it has places, and hold up nobody else', async () => {
  const rig = await openRig({ pools: { gpu: 2 } });
  const gpu = { pool: 'gpu' };
  const configs = { a: gpu, b: gpu, c: gpu };
  const id = await rig.run(['a', 'b', 'c', 'd'], [], { configs });
  const other = await rig.run(['a'], [], { name: 'other', configs });
  await settle();
  expect(begun(rig)).toEqual(['a', 'b', 'd']);
  expect(await rig.attempts('c', id)).toMatchObject([{ status: 'INIT', reason: 'queued' }]);
  rig.runner.attempts[0]?.finish();
  await rig.runner.begun('c');
  (await rig.runner.begun('b')).finish();
  await rig.runner.begun('a', 2);
  for (const attempt of rig.runner.attempts) attempt.finish();
  expect([await rig.untilEnded(id), await rig.untilEnded(other)]).toEqual(['FINISHED', 'FINISHED']);
});

test('a job that takes several places is not passed by for ever', async () => {
  const rig = await openRig({ pools: { gpu: 2 } });
  const configs = {
    a: { pool: 'gpu' },
    big: { pool: 'gpu', poolSlots: 2 },
    c: { pool: 'gpu' },
  };
  await rig.run(['a', 'big', 'c'], [], { configs });
  await settle();
  expect(begun(rig)).toEqual(['a']);
  rig.runner.attempts[0]?.finish();
  await rig.runner.begun('big');
  await settle();
  expect(begun(rig)).toEqual(['a', 'big']);
  rig.runner.attempts[1]?.finish();
  await rig.runner.begun('c');
});

test('one that is stopped while it waits for its pool holds up nobody', async () => {
  const rig = await openRig({ pools: { gpu: 2 } });
  const configs = { a: { pool: 'gpu' }, big: { pool: 'gpu', poolSlots: 2 }, c: { pool: 'gpu' } };
  const id = await rig.run(['a', 'big'], [], { configs });
  await rig.runner.begun('a');
  expect(await rig.scheduler.stopJobExecution('big', id)).toMatchObject({ status: 'KILLED' });
  await rig.run(['c'], [], { name: 'other', configs });
  await rig.runner.begun('c');
});

test('those who wait behind one that is stopped begin at once when there is room for them', async () => {
  const rig = await openRig({ pools: { gpu: 2 } });
  const configs = { a: { pool: 'gpu' }, big: { pool: 'gpu', poolSlots: 2 }, c: { pool: 'gpu' } };
  const id = await rig.run(['a', 'big', 'c'], [], { configs });
  await settle();
  expect(begun(rig)).toEqual(['a']);
  await rig.scheduler.stopJobExecution('big', id);
  await rig.runner.begun('c');
});

test('a place of a pool that one cannot take because its workflow is full goes to the next', async () => {
  const rig = await openRig({ pools: { gpu: 1 } });
  const gpu = { pool: 'gpu' };
  await rig.run(['holder'], [], { name: 'first', configs: { holder: gpu } });
  const full = { workflow: { limits: { jobs: 1 } }, configs: { a: gpu } };
  const id = await rig.run(['a', 'x'], [rule('x', 'START', failed(job('a')))], { name: 'second', ...full });
  await rig.run(['b'], [], { name: 'third', configs: { b: gpu } });
  await rig.scheduler.startJobExecution('x', id); // "a" waits for its pool, and came before "b"
  const x = await rig.runner.begun('x');
  (await rig.runner.begun('holder')).finish();
  (await rig.runner.begun('b')).finish();
  await settle();
  expect(rig.runner.of('a')).toEqual([]);
  x.finish();
  await rig.runner.begun('a');
});

test('places are counted again after a restart of the scheduler', async () => {
  const rig = await openRig({ pools: { gpu: 1 } });
  const gpu = { pool: 'gpu' };
  await rig.run(['a', 'b'], [], { configs: { a: gpu, b: gpu } });
  const a = await rig.runner.begun('a');
  await rig.restart();
  await settle();
  expect(begun(rig)).toEqual(['a']);
  a.finish();
  await rig.runner.begun('b');
});

test('a job whose pool is not there or too small is refused, with what to write', async () => {
  const rig = await openRig({ pools: { gpu: 2 } });
  const submit = (pool: string, poolSlots: number): Promise<unknown> =>
    rig.scheduler.submitWorkflow(
      workflowOf('w', ['a'], [], { configs: { a: { pool, poolSlots } } }),
      context,
    );
  await expect(submit('gpus', 1)).rejects.toMatchObject({
    code: 'scheduler.unknown_pool',
    message: expect.stringMatching(/did you mean "gpu".*pools: \{ gpus: 1 \}/) as unknown,
  });
  await expect(submit('gpu', 3)).rejects.toMatchObject({
    code: 'scheduler.pool_too_small',
    message: expect.stringContaining('pools: { gpu: 3 }') as unknown,
  });
  await expect(submit('constructor', 1)).rejects.toMatchObject({ code: 'scheduler.unknown_pool' });
  await submit('gpu', 2);
});

test('a pool that was taken away is missed in the log, and what waits for it goes on when it is back', async () => {
  const rig = await openRig({ pools: { gpu: 1 } });
  const gpu = { pool: 'gpu' };
  const id = await rig.run(['a', 'b'], [], { configs: { a: gpu, b: gpu } });
  await rig.restart({});
  (await rig.runner.begun('a')).finish();
  await rig.untilJob('a', id, 'FINISHED');
  expect(rig.host.logger.records.some(({ message }) => message.includes('pool "gpu"'))).toBe(true);
  expect(begun(rig)).toEqual(['a']);
  await expect(rig.scheduler.startNewWorkflowExecution(project, 'workflow')).rejects.toMatchObject({
    code: 'scheduler.unknown_pool',
  });
  await rig.restart({ gpu: 1 });
  await rig.runner.begun('b');
});

test('a workflow runs no more jobs at once than it allows, over all its executions, and holds up no other', async () => {
  const rig = await openRig();
  const workflow = { limits: { jobs: 3 } };
  const ids = [
    await rig.run(['a', 'b'], [], { workflow }),
    await rig.run(['a', 'b'], [], { workflow }),
    await rig.run(['c'], [], { workflow, name: 'other' }),
  ];
  await settle();
  expect(begun(rig)).toEqual(['a', 'b', 'a', 'c']);
  expect(await rig.attempts('b', ids[1] ?? '')).toMatchObject([{ status: 'INIT', reason: 'queued' }]);
  rig.runner.attempts[0]?.finish();
  await rig.runner.begun('b', 2);
  for (const attempt of rig.runner.attempts) attempt.finish();
  for (const id of ids) expect(await rig.untilEnded(id)).toBe('FINISHED');
});

test('what a workflow runs is counted again after a restart of the scheduler', async () => {
  const rig = await openRig();
  const workflow = { limits: { jobs: 2 } };
  await rig.run(['a', 'b'], [], { workflow });
  const id = await rig.run(['c', 'd'], [], { workflow });
  const a = await rig.runner.begun('a');
  await rig.runner.begun('b');
  await rig.restart();
  await settle();
  expect(begun(rig)).toEqual(['a', 'b']);
  a.finish();
  await rig.runner.begun('c');
  await settle();
  expect(begun(rig)).toEqual(['a', 'b', 'c']);
  expect(await rig.attempts('d', id)).toMatchObject([{ status: 'INIT', reason: 'queued' }]);
});

test('versions of a workflow are counted together, and each job goes by the limit of its own version', async () => {
  const rig = await openRig();
  const upTo = (jobs: number): { workflow: { limits: { jobs: number } } } => ({
    workflow: { limits: { jobs } },
  });
  await rig.run(['a', 'b'], [], {});
  await rig.run(['c', 'd'], [], upTo(3));
  await rig.run(['e'], [], upTo(1));
  const last = await rig.run(['f', 'g'], [], upTo(3));
  await settle();
  expect(begun(rig)).toEqual(['a', 'b', 'c']);
  await rig.restart();
  (await rig.runner.begun('a')).finish();
  await rig.runner.begun('d');
  (await rig.runner.begun('b')).finish();
  (await rig.runner.begun('c')).finish();
  await settle();
  expect(begun(rig)).toEqual(['a', 'b', 'c', 'd']); // "e" must be alone, and "f" came after it
  (await rig.runner.begun('d')).finish();
  await rig.runner.begun('e');
  await rig.runner.begun('g');
  expect(begun(rig)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  for (const attempt of rig.runner.attempts) attempt.finish();
  expect(await rig.untilEnded(last)).toBe('FINISHED');
});

test('those who wait behind a stopped job of an older version begin at once', async () => {
  const rig = await openRig();
  await rig.run(['a'], [], { workflow: { limits: { jobs: 1 } } });
  const id = await rig.run(['b'], [], { workflow: { limits: { jobs: 1 } } });
  await rig.run(['c', 'd'], [], { workflow: { limits: { jobs: 3 } } });
  await settle();
  expect(begun(rig)).toEqual(['a']);
  await rig.scheduler.stopJobExecution('b', id);
  await rig.runner.begun('c');
  await rig.runner.begun('d');
});

test('executions beyond the limit of their workflow wait, and follow in order', async () => {
  const rig = await openRig();
  const limited = { workflow: { limits: { executions: 1 } } };
  const first = await rig.run(['a'], [], limited);
  const second = await rig.run(['a'], [], limited);
  const third = await rig.run(['a'], [], limited);
  const other = await rig.run(['a'], [], { ...limited, name: 'other' });
  expect(await rig.scheduler.getWorkflowExecution(second)).toMatchObject({
    status: 'INIT',
    reason: 'queued',
    startDate: null,
  });
  expect(await rig.scheduler.listJobExecutions(second)).toEqual([]);
  await expect(rig.scheduler.startJobExecution('a', second)).rejects.toMatchObject({
    code: 'scheduler.not_allowed',
  });
  await rig.restart();
  expect(rig.runner.attempts.map(({ attempt }) => attempt.workflowExecutionId)).toEqual([first, other]);
  rig.runner.attempts[0]?.finish();
  await rig.untilEnded(first);
  await rig.runner.begun('a', 3);
  expect(rig.runner.attempts[2]?.attempt.workflowExecutionId).toBe(second);
  expect(await rig.scheduler.getWorkflowExecution(second)).toMatchObject({ status: 'RUNNING', reason: null });
  expect(await rig.scheduler.getWorkflowExecution(third)).toMatchObject({ status: 'INIT' });
  const told = await rig.scheduler.events.list({ key: 'workflow', sender: second });
  expect(told.map(({ value }) => value)).toEqual(['INIT', 'RUNNING']);
});

test('an execution that waits can be stopped, and its place in the line is taken by the next', async () => {
  const rig = await openRig();
  const limited = { workflow: { limits: { executions: 1 } } };
  const [first, second, third] = [
    await rig.run(['a'], [], limited),
    await rig.run(['a'], [], limited),
    await rig.run(['a'], [], limited),
  ];
  expect(await rig.scheduler.stopWorkflowExecution(second)).toMatchObject({
    status: 'KILLED',
    reason: 'stopped',
  });
  (await rig.runner.begun('a')).finish();
  await rig.untilEnded(first);
  (await rig.runner.begun('a', 2)).finish();
  expect(await rig.untilEnded(third)).toBe('FINISHED');
});

test('whatever the limits are, none is passed and nothing waits for ever', { timeout: 300_000 }, async () => {
  const place = fc.record({
    pool: fc.constantFrom(undefined, 'one', 'three'),
    poolSlots: fc.integer({ min: 1, max: 3 }),
  });
  const setting = fc.record({
    places: fc.integer({ min: 1, max: 6 }),
    executions: fc.array(
      fc.record({
        jobs: fc.array(place, { minLength: 1, maxLength: 8 }),
        limit: fc.constantFrom(undefined, 1, 2, 3),
        workflow: fc.constantFrom('first', 'first', 'second'),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    picks: fc.array(fc.nat(1000), { maxLength: 40 }),
  });
  const pools = { one: 1, three: 3 };
  await fc.assert(
    fc.asyncProperty(setting, async ({ places, executions, picks }) => {
      const rig = await createRig({ maxRunningJobs: places, pools });
      try {
        const ids: string[] = [];
        for (const { jobs, limit, workflow: name } of executions) {
          const names = jobs.map((_, at) => `job_${at}`);
          const configs = Object.fromEntries(
            jobs.map(({ pool, poolSlots }, at) => [
              `job_${at}`,
              pool === undefined ? {} : { pool, poolSlots: Math.min(poolSlots, pools[pool as 'one']) },
            ]),
          );
          const workflow = { limits: limit === undefined ? {} : { jobs: limit } };
          ids.push(await rig.run(names, [], { name, configs, workflow }));
        }
        const running = (): typeof rig.runner.attempts => rig.runner.attempts.filter(({ ended }) => !ended);
        const check = (): void => {
          expect(running().length).toBeLessThanOrEqual(places);
          for (const [pool, size] of Object.entries(pools)) {
            const used = running()
              .map(({ attempt }) => attempt.job.config)
              .filter((config) => config.pool === pool)
              .reduce((sum, config) => sum + (config.poolSlots ?? 1), 0);
            expect(used).toBeLessThanOrEqual(size);
          }
          for (const name of ['first', 'second']) {
            const limits = running()
              .map(({ attempt }) => executions[ids.indexOf(attempt.workflowExecutionId)])
              .filter((execution) => execution?.workflow === name)
              .map((execution) => execution?.limit ?? places);
            // The last one that began had room beside all others.
            expect(limits.length).toBeLessThanOrEqual(Math.max(0, ...limits));
          }
        };
        for (const pick of picks) {
          await settle();
          check();
          const some = running();
          some[pick % Math.max(1, some.length)]?.finish();
          if (pick % 10 === 0) await rig.restart();
        }
        for (const id of ids) {
          const ended = await until('the end', async () => {
            check();
            for (const attempt of running()) attempt.finish();
            return (await rig.scheduler.getWorkflowExecution(id))?.status === 'FINISHED' || null;
          });
          expect(ended).toBe(true);
        }
      } finally {
        await rig.dispose();
      }
    }),
    { numRuns: 60 },
  );
});
