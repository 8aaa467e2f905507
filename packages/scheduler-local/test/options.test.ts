import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { localScheduler } from '../src/plugin.ts';

const validate = async (value: unknown): Promise<unknown> =>
  localScheduler.options['~standard'].validate(value);

test('nothing need be said', async () => {
  expect(await validate({})).toMatchObject({
    value: { database: 'scheduler.db', max_running_jobs: 2 * availableParallelism(), pools: {} },
  });
});

test.each([
  [{ max_running_jobs: 0 }, 'at least 1'],
  [{ max_running_jobs: 1.5 }, 'whole number'],
  [{ max_running_jobs: '4' }, 'number'],
  [{ database: '' }, 'path of a file'],
  [{ max_runing_jobs: 4 }, 'max_runing_jobs'],
  [{ pools: { gpu: 0 } }, 'at least 1'],
  [{ pools: { 'g p u': 1 } }, 'name of a pool'],
  [{ pools: ['gpu'] }, 'number'],
])('%j is refused', async (value, said) => {
  expect(JSON.stringify(await validate(value))).toContain(said);
});
