import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { attemptsOfJob } from '../../src/index.ts';

function executionsWith(...paths: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'aiflow-attempts-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const path of paths) mkdirSync(join(root, 'executions', path), { recursive: true });
  return join(root, 'executions');
}

test('the attempts of a job are found in all executions, and not those of jobs whose names begin alike', async () => {
  const executions = executionsWith(
    'first/jobs/count.1',
    'first/jobs/count.12',
    'first/jobs/count.words.1',
    'first/jobs/counted.1',
    'second/jobs/count.1',
    'third/shared',
  );
  writeFileSync(join(executions, 'a-file'), '');
  const found = await attemptsOfJob({ executionDir: join(executions, 'second', 'shared'), jobName: 'count' });
  expect(found.toSorted()).toEqual([
    join(executions, 'first/jobs/count.1'),
    join(executions, 'first/jobs/count.12'),
    join(executions, 'second/jobs/count.1'),
  ]);
});

test('where nothing has run yet there are none', async () => {
  expect(await attemptsOfJob({ executionDir: '/nowhere/executions/first/shared', jobName: 'count' })).toEqual(
    [],
  );
});
