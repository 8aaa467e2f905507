import { readlinkSync } from 'node:fs';
import { event } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { afterEach, expect, test, vi } from 'vitest';
import { openRig, until } from './harness.ts';
import { context, project, workflowOf } from './workflow.ts';

afterEach(() => {
  disk.isSlow = false;
  for (const sync of disk.held.splice(0)) sync();
});

/** Stands between the scheduler and the disk: lets each sync through, or keeps it until it is released. */
const disk = vi.hoisted(() => ({ isSlow: false, synced: [] as string[], held: [] as (() => void)[] }));

vi.mock(import('node:fs'), async (importOriginal) => {
  const fs = await importOriginal();
  const fdatasync = (file: number, done: (error: NodeJS.ErrnoException | null) => void): void => {
    disk.synced.push(readlinkSync(`/proc/self/fd/${file}`));
    const sync = (): void => fs.fdatasync(file, done);
    if (disk.isSlow) disk.held.push(sync);
    else sync();
  };
  return { ...fs, fdatasync } as unknown as typeof fs;
});

test('what is committed is neither told, nor shown, nor acted on before the disk has it', async () => {
  const rig = await openRig();
  await rig.scheduler.submitWorkflow(workflowOf('workflow', ['a']), context);
  disk.isSlow = true;
  const told: string[] = [];
  const started = rig.scheduler
    .startNewWorkflowExecution(project, 'workflow')
    .then(() => told.push('started'));
  await until('a sync', () => disk.held.length || null);
  const listed = rig.scheduler
    .listWorkflowExecutions(project, 'workflow')
    .then(({ length }) => told.push(`shown ${length}`));
  const heard = rig.scheduler.events.list({}).then(({ length }) => told.push(`heard ${length}`));
  await settle();
  expect([told, rig.runner.attempts]).toEqual([[], []]);
  disk.isSlow = false;
  for (const sync of disk.held.splice(0)) sync();
  await Promise.all([started, listed, heard]);
  await rig.runner.begun('a');
  expect(told.toSorted()).toEqual(['heard 2', 'shown 1', 'started']);
  expect(new Set(disk.synced)).toEqual(new Set([`${rig.file}-wal`]));
});

test('who waits for a place begins as soon as there is one, however slow the disk is', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  await rig.run(['a', 'b', 'c']);
  const a = await rig.runner.begun('a');
  await settle();
  disk.isSlow = true;
  a.finish();
  (await rig.runner.begun('b')).finish();
  await rig.runner.begun('c');
  expect(disk.held.length).toBeGreaterThan(0); // the end of a is not durable yet
});

test('a function of the project is not asked about an event before the disk has it', async () => {
  const asked: string[] = [];
  const rig = await openRig({
    contextOf: ({ value }) => {
      asked.push(value);
      return { contexts: [value] };
    },
  });
  const workflow = {
    contextExtractor: { kind: 'module', module: 'context.ts', exportName: 'default' },
    workflowRules: [{ action: 'START', condition: event({ key: 'go' }) }],
  } as const;
  await rig.submit('w', { workflow });
  const publish = (value: string): Promise<unknown> => rig.scheduler.events.publish([{ key: 'go', value }]);
  disk.isSlow = true;
  const published = [publish('one')];
  await until('the sync of the first event', () => disk.held.length || null);
  disk.held.shift()?.();
  await until('the sync of what it does', () => disk.held.length || null);
  published.push(publish('two'));
  await settle();
  disk.held.shift()?.();
  await until('the sync of the second event', () => disk.held.length || null);
  await settle();
  expect(asked).toEqual(['one']);
  disk.isSlow = false;
  for (const sync of disk.held.splice(0)) sync();
  await Promise.all(published);
  await until('the second', () => asked.length === 2 || null);
});
