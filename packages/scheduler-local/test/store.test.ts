import { mkdirSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import type { Scheduler } from '@aiflow/core';
import { createScriptedRunner, createTestHost, settle } from '@aiflow/testkit';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { localScheduler } from '../src/plugin.ts';
import { migrations } from '../src/store/schema.ts';
import { openRig, until } from './harness.ts';
import { context, project, workflowOf } from './workflow.ts';

const oneLine: unknown = expect.stringMatching(/^[^\n]+$/);

test('the log is written ahead, and the schema has a version', async () => {
  const rig = await openRig();
  const reader = new Database(rig.file, { readonly: true });
  expect(reader.pragma('journal_mode', { simple: true })).toBe('wal');
  expect(reader.pragma('user_version', { simple: true })).toBe(migrations.length);
  reader.close();
});

test('a transition and its event are committed together or not at all', async () => {
  const rig = await openRig();
  const id = await rig.run(['a', 'b']);
  const [a] = [await rig.runner.begun('a'), await rig.runner.begun('b')];
  await rig.untilJob('a', id, 'RUNNING');
  const outside = new Database(rig.file);
  onTestFinished(() => void outside.close());
  outside.exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON events WHEN new.value IN ('FINISHED', 'FAILED') BEGIN SELECT raise(ABORT, 'no'); END",
  );
  a?.finish();
  const tried = (): number => rig.host.logger.records.filter(({ level }) => level === 'error').length;
  await until('it to be tried, and then that it cannot be recorded', () => (tried() === 2 ? true : null));
  expect(await rig.attempts('a', id)).toMatchObject([{ status: 'RUNNING' }]);
  outside.exec('DROP TRIGGER refuse');
  await rig.restart(); // which finds it again
  await rig.untilJob('a', id, 'FINISHED');
  expect((await rig.scheduler.events.list({ key: 'a' })).map(({ value }) => value)).toEqual([
    'INIT',
    'RUNNING',
    'FINISHED',
  ]);
});

test('a file where the state directory should be is refused', async () => {
  const { stateDir, open } = await place();
  writeFileSync(`${stateDir}/file`, '');
  await expect(open('file/scheduler.db').start()).rejects.toMatchObject({
    code: 'scheduler.store_unwritable',
    message: oneLine,
  });
});

test('a directory where the file should be is refused', async () => {
  const { stateDir, open } = await place();
  mkdirSync(`${stateDir}/scheduler.db`);
  await expect(open().start()).rejects.toMatchObject({
    code: 'scheduler.store_unwritable',
    message: expect.stringContaining('a directory is there') as unknown,
  });
  expect(readdirSync(stateDir)).toEqual(['scheduler.db']);
});

test('a file that is no database, or a damaged one, is refused and left as it is', async () => {
  const { stateDir, open } = await place();
  writeFileSync(`${stateDir}/text.db`, 'not a database, '.repeat(1000));
  await expect(open('text.db').start()).rejects.toMatchObject({
    code: 'scheduler.store_corrupt',
    message: oneLine,
  });
  expect(statSync(`${stateDir}/text.db`).size).toBe(16_000);

  const scheduler = open();
  await scheduler.start();
  await scheduler.submitWorkflow(workflowOf('w', ['a']), context);
  await scheduler.close();
  const size = statSync(`${stateDir}/scheduler.db`).size;
  truncateSync(`${stateDir}/scheduler.db`, size - 8192);
  await expect(startAndUse(open())).rejects.toMatchObject({
    code: 'scheduler.store_corrupt',
    message: oneLine,
  });
});

test('a database of a newer release is refused and left as it is', async () => {
  const { stateDir, open } = await place();
  const scheduler = open();
  await scheduler.start();
  await scheduler.close();
  const outside = new Database(`${stateDir}/scheduler.db`);
  outside.pragma('user_version = 1000');
  outside.close();
  await expect(open().start()).rejects.toMatchObject({
    code: 'scheduler.store_newer',
    message: expect.stringMatching(/schema 1000 .* install a newer @aiflow\/scheduler-local/) as unknown,
  });
});

test('the database of another program is refused and left as it is', async () => {
  const { stateDir, open } = await place();
  const outside = new Database(`${stateDir}/scheduler.db`);
  outside.exec('CREATE TABLE theirs (x)');
  outside.close();
  await expect(open().start()).rejects.toMatchObject({ code: 'scheduler.store_foreign', message: oneLine });
});

test('a database that was set up and is gone or empty is a loss and not a beginning', async () => {
  const { stateDir, open } = await place();
  const scheduler = open();
  await scheduler.start();
  await scheduler.close();
  truncateSync(`${stateDir}/scheduler.db`, 0);
  await expect(open().start()).rejects.toMatchObject({ code: 'scheduler.store_missing', message: oneLine });
  rmSync(`${stateDir}/scheduler.db`);
  await expect(open().start()).rejects.toMatchObject({ code: 'scheduler.store_missing' });
  rmSync(`${stateDir}/scheduler.db.lock`); // as the message says
  const anew = open();
  await anew.start();
  await anew.close();
});

test('closing lets go of the file', async () => {
  const { stateDir, open } = await place();
  const scheduler = open();
  await scheduler.start();
  await scheduler.close();
  expect(readdirSync(stateDir).toSorted()).toEqual(['scheduler.db', 'scheduler.db.lock']);
  await expect(scheduler.submitWorkflow(workflowOf('w', ['a']), context)).rejects.toMatchObject({
    code: 'scheduler.closed',
  });
  await expect(scheduler.events.publish([])).rejects.toMatchObject({ code: 'scheduler.closed' });
});

test('what is asked and not answered when the scheduler closes is refused, and what was asked before is kept', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a']);
  await rig.untilJob('a', id, 'RUNNING');
  const stopping = rig.scheduler.stopJobExecution('a', id);
  const submitting = rig.scheduler.submitWorkflow(workflowOf('late', ['a']), context);
  await rig.scheduler.close();
  await expect(stopping).rejects.toMatchObject({ code: 'scheduler.closed' });
  expect(await submitting).toMatchObject({ workflowName: 'late' });
  await rig.restart();
  expect(await rig.scheduler.pauseWorkflowScheduling(project, 'late')).not.toBeNull();
  await settle();
});

async function place(): Promise<{ stateDir: string; open: (database?: string) => Scheduler }> {
  const host = await createTestHost();
  onTestFinished(async () => await host.dispose());
  const open = (database = 'scheduler.db'): Scheduler =>
    localScheduler.create(
      { database, max_running_jobs: 4, pools: {} },
      { ...host, runner: createScriptedRunner() },
    );
  return { stateDir: host.stateDir, open };
}

async function startAndUse(scheduler: Scheduler): Promise<void> {
  onTestFinished(async () => await scheduler.close());
  await scheduler.start();
  await scheduler.submitWorkflow(workflowOf('w', ['b']), context);
  await scheduler.events.list({});
}

test.for(['', '-wal'])(
  'a database whose file%s is removed while it is used ends the scheduler, which says so',
  async (part) => {
    const rig = await openRig();
    await rig.run(['a']);
    const a = await rig.runner.begun('a');
    rmSync(`${rig.file}${part}`);
    await expect(rig.submit('other')).rejects.toMatchObject({
      code: 'scheduler.store_missing',
      message: oneLine,
    });
    await expect(rig.scheduler.listWorkflowExecutions(project, 'workflow')).rejects.toMatchObject({
      code: 'scheduler.closed',
    });
    expect(a.stopRequested).toBe(false); // jobs go on
  },
);
