import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import type { Event } from '@aiflow/core';
import { event, statusEventTypes } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import type { ScriptedAttempt } from '@aiflow/testkit';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Rig } from './harness.ts';
import { openRig, until } from './harness.ts';
import { rule } from './workflow.ts';

const news = { key: 'news', value: 'good', event_type: 'T', namespace: 'n' };

/** Without those of the scheduler itself. */
async function taken(rig: Rig): Promise<Event[]> {
  const events = await rig.scheduler.events.list({}, { limit: 10_000 });
  return events.filter(({ eventType }) => !Object.values<string>(statusEventTypes).includes(eventType));
}

async function untilTaken(rig: Rig, count: number): Promise<Event[]> {
  return await until(`${count} events`, async () => {
    await rig.clock.advance(500);
    const events = await taken(rig);
    return events.length >= count ? events : null;
  });
}

async function begun(rig: Rig): Promise<{ readonly id: string; readonly a: ScriptedAttempt }> {
  const id = await rig.run(['a']);
  const a = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  return { id, a };
}

test('what a running job puts into its outbox is published, in the order of the names, and removed', async () => {
  const rig = await openRig();
  const { a } = await begun(rig);
  const paths = [
    a.putIntoOutbox({ key: 'second', value: '2' }, 'b.json'),
    a.putIntoOutbox(news, 'a.json'),
    a.putIntoOutbox('being written', '.c.json.tmp'),
  ];
  expect(await untilTaken(rig, 2)).toMatchObject([
    { key: 'news', value: 'good', eventType: 'T', namespace: 'n', sender: 'a', context: null },
    { key: 'second', value: '2', eventType: 'UNDEFINED', namespace: 'default', sender: 'a', context: null },
  ]);
  expect(paths.map((path) => existsSync(path))).toEqual([false, false, true]);
});

test('what a job left is in the log before its end is, also when it left very much', async () => {
  const rig = await openRig();
  const { id, a } = await begun(rig);
  for (let index = 0; index < 2500; index += 1)
    a.putIntoOutbox({ key: 'k', value: String(index) }, `${10_000 + index}.json`);
  a.finish();
  await rig.untilEnded(id);
  const events = await rig.scheduler.events.list({}, { limit: 10_000 });
  const values = events.filter(({ key }) => key === 'k').map(({ value }) => value);
  expect(values).toEqual(Array.from({ length: 2500 }, (_, index) => String(index)));
  const end = events.find(({ key, value }) => key === 'a' && value === 'FINISHED');
  expect(events.findLast(({ key }) => key === 'k')?.version).toBeLessThan(end?.version ?? 0);
});

test('the events of a job belong to the context of its execution', async () => {
  const rig = await openRig();
  const waits = [rule('b', 'START', event({ key: 'news', sender: 'a', eventType: 'T', namespace: 'n' }))];
  const ids = {
    north: await rig.run(['b'], waits, { context: 'north' }),
    south: await rig.run(['b'], waits, { context: 'south' }),
  };
  await rig.run(['a'], [], { name: 'other', context: 'south' });
  const a = await rig.runner.begun('a');
  a.putIntoOutbox(news);
  a.finish();
  await rig.runner.begun('b');
  expect(await rig.attempts('b', ids.south)).toHaveLength(1);
  expect(await rig.attempts('b', ids.north)).toEqual([]);
});

test('an event whose file was not removed before a crash is taken once', async () => {
  const rig = await openRig();
  const { id, a } = await begun(rig);
  const path = a.putIntoOutbox(news);
  const reading = rig.clock.advance(500); // reads the file, and asks for the commit
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve(); // the commit waits for the next turn of the event loop
  await rig.scheduler.close(); // commits, and carries nothing out any more
  await reading;
  expect(existsSync(path)).toBe(true);
  await rig.restart();
  expect(await taken(rig)).toHaveLength(1);
  await until('it to be removed', async () => {
    await rig.clock.advance(500);
    return !existsSync(path) || null;
  });
  a.finish();
  await rig.untilEnded(id);
  expect(await taken(rig)).toHaveLength(1);
});

test('what a job left is taken although it ended while no scheduler was there, or was lost', async () => {
  const rig = await openRig();
  const id = await rig.run(['ends', 'vanishes']);
  const [ends, vanishes] = [await rig.runner.begun('ends'), await rig.runner.begun('vanishes')];
  for (const name of ['ends', 'vanishes']) await rig.untilJob(name, id, 'RUNNING');
  await rig.scheduler.close();
  ends.putIntoOutbox(news);
  vanishes.putIntoOutbox(news);
  ends.finish();
  const find = rig.runner.find.bind(rig.runner);
  rig.runner.find = async (attempt) =>
    attempt.job.config.jobName === 'vanishes' ? null : await find(attempt);
  await rig.restart();
  expect(await rig.untilEnded(id)).toBe('FAILED');
  expect(new Set((await taken(rig)).map(({ sender }) => sender))).toEqual(new Set(['ends', 'vanishes']));
});

test('a name that is used again is another event', async () => {
  const rig = await openRig();
  const { id, a } = await begun(rig);
  a.putIntoOutbox({ key: 'k', value: '1' }, 'same.json');
  await untilTaken(rig, 1);
  await settle();
  a.putIntoOutbox({ key: 'k', value: '2' }, 'same.json');
  a.finish();
  await rig.untilEnded(id);
  expect((await taken(rig)).map(({ value }) => value)).toEqual(['1', '2']);
});

test('what is no event is put aside with the reason in the log, and harms nothing', async () => {
  const rig = await openRig();
  const { id, a } = await begun(rig);
  const bad: readonly (readonly [string, string])[] = [
    ['no json', 'it is not JSON'],
    ['[]', 'it must hold an object'],
    ['{"key":1,"value":""}', 'its key and value must be texts'],
    ['{"key":"k"}', 'its key and value must be texts'],
    ['{"key":"k","value":"","namespace":null}', 'its event_type and namespace'],
    ['{"key":"k","value":"","eventType":"T"}', 'it has the field "eventType"'],
  ];
  const paths = bad.map(([text], index) => a.putIntoOutbox(text, `bad_${index}.json`));
  const huge = a.putIntoOutbox('{}', 'huge.json');
  truncateSync(huge, 2 ** 30);
  mkdirSync(`${a.outboxDir}/directory.json`);
  writeFileSync(`${a.outboxDir}/secret`, '{"key":"k","value":"of another file"}');
  symlinkSync('secret', `${a.outboxDir}/link.json`);
  a.putIntoOutbox(news, 'z.json');
  a.finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect(await taken(rig)).toMatchObject([{ key: 'news' }]);
  const said = rig.host.logger.records.map(({ message }) => message);
  for (const [index, [text, reason]] of bad.entries()) {
    expect(readFileSync(`${paths[index]}.bad`, 'utf8')).toBe(text);
    expect(said.some((message) => message.includes(`bad_${index}.json is no event: ${reason}`))).toBe(true);
  }
  for (const name of ['huge', 'directory', 'link'])
    expect(existsSync(`${a.outboxDir}/${name}.json.bad`)).toBe(true);
});

test('what a job left under a name from which no event is taken is told of at its end', async () => {
  const rig = await openRig();
  const { id, a } = await begun(rig);
  const [, path] = ['.hidden', 'event', 'other.txt'].map((name) => a.putIntoOutbox(news, name));
  a.putIntoOutbox('no event', 'bad.json');
  a.finish();
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  const said = rig.host.logger.records
    .map(({ message }) => message)
    .filter((text) => text.includes('not published'));
  expect(said).toEqual([
    `${path} (and 1 more there) was not published: rename a file of the outbox so that its name ends in .json`,
  ]);
  expect(await taken(rig)).toEqual([]);
});

test('what cannot be written down now stays in the outbox until it can', async () => {
  const rig = await openRig();
  const { a } = await begun(rig);
  const outside = new Database(rig.file);
  outside.exec("CREATE TRIGGER refuse BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'no'); END");
  const path = a.putIntoOutbox(news);
  await until('it to be tried', async () => {
    await rig.clock.advance(500);
    return rig.host.logger.records.some(({ message }) => message.includes('could not be taken yet')) || null;
  });
  expect(existsSync(path)).toBe(true);
  outside.exec('DROP TRIGGER refuse');
  outside.close();
  expect(await untilTaken(rig, 1)).toMatchObject([{ key: 'news' }]);
});
