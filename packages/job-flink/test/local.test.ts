import type { JobBuilder } from '@aiflow/core';
import { expect, test } from 'vitest';
import { flinkSql } from '../src/index.ts';
import { runJob } from './job-run.ts';

const draw = (job: JobBuilder) => job.node(flinkSql({ statements: 'SELECT 1 AS n;' }));

test('a Python without PyFlink says what to set', async () => {
  // Whatever this machine has installed: a module that is found first and is not PyFlink.
  const files = { 'workflows/w/pyflink.py': 'raise ImportError("there is no PyFlink here")' };
  const { result } = await runJob({ draw, files });
  expect(result).toMatchObject({ status: 'FAILED', error: { code: 'flink.no_pyflink' } });
  expect(result.error?.message).toMatch(/there is no PyFlink here.*python_executable_path/);
});

test('a Python that is not there says what to set', async () => {
  await expect(
    runJob({ draw, properties: { python_executable_path: '/nowhere/python' } }),
  ).rejects.toMatchObject({
    code: 'flink.command_not_found',
  });
});
