import { AIFlowError } from '@aiflow/core';
import type { ManualClock } from '@aiflow/testkit';
import { createManualClock, createTestHost, settle } from '@aiflow/testkit';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { GroupCommit } from '../src/group-commit.ts';
import { until } from './harness.ts';

test('what arrives in one turn is one commit, and is told after it', async () => {
  const { commit, commits, add } = await open();
  const told = await Promise.all(
    Array.from({ length: 100 }, (_, index) => commit.run(() => add(String(index))).then(() => commits())),
  );
  expect(new Set(told)).toEqual(new Set([1]));
});

test('one that is refused does not harm its neighbours', async () => {
  const { commit, commits, add, notes } = await open();
  const refused = (): never => {
    throw new AIFlowError('scheduler.not_allowed', 'not now');
  };
  const told = await Promise.allSettled([
    commit.run(() => add('a')),
    commit.run(refused),
    commit.run(() => add('b')),
  ]);
  expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect([notes(), commits()]).toEqual([['a', 'b'], 1]);
});

test('one that breaks half-way leaves nothing behind, and its neighbours are committed', async () => {
  const { commit, add, notes, rollbacks } = await open();
  const breaks = (): void => {
    add('half');
    throw new TypeError('a mistake in the program');
  };
  const told = await Promise.allSettled([
    commit.run(() => add('a')),
    commit.run(breaks),
    commit.run(() => add('b')),
  ]);
  expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(notes()).toEqual(['a', 'b']);
  expect(rollbacks()).toBe(2);
});

test('while the disk refuses, requests fail and facts wait; then all facts are written in order', async () => {
  const { commit, record, add, notes, clock, records, fill } = await open();
  fill(true);
  record(() => add('first'));
  await expect(commit.run(() => add('request'))).rejects.toMatchObject({ code: 'scheduler.store_full' });
  record(() => add('second'));
  await until('a wait', () => clock.sleeping || null);
  await clock.advance(60_000);
  expect(notes()).toEqual([]);
  expect(records().some(({ level, message }) => level === 'error' && message.includes('is full'))).toBe(true);
  fill(false);
  await until('the facts', async () => {
    await clock.advance(10_000);
    return notes().length === 2 || null;
  });
  expect(notes()).toEqual(['first', 'second']);
  expect(records().at(-1)).toMatchObject({
    level: 'info',
    message: expect.stringContaining('can be written again') as unknown,
  });
});

test('a request that succeeds brings what waited with it', async () => {
  const { commit, record, add, notes, fill } = await open();
  fill(true);
  record(() => add('fact'));
  await settle();
  fill(false);
  await commit.run(() => add('request'));
  expect(notes().toSorted()).toEqual(['fact', 'request']);
});

test('closing commits what waits', async () => {
  const { commit, add, notes } = await open();
  const last = commit.run(() => add('last'));
  commit.close();
  commit.close();
  await last;
  expect(notes()).toEqual(['last']);
});

test('a fact that can never be written is given up, and those behind it are written', async () => {
  const { commit, add, notes } = await open();
  const given: string[] = [];
  const giveUp = (error: Error): void => void given.push(error.message);
  commit.record(() => {
    add('half');
    throw new TypeError('a mistake in the program');
  }, giveUp);
  await settle();
  commit.record(() => add('next'), giveUp);
  await settle();
  expect([notes(), given]).toEqual([['next'], ['a mistake in the program']]);
});

test('a fact is kept when what is in memory cannot be read anew, for it was not tried', async () => {
  const { commit, record, add, notes, clock, refuseToRead } = await open();
  refuseToRead(new Error('not a row'));
  record(() => {
    throw new TypeError('a mistake in the program');
  });
  await settle();
  record(() => add('fact'));
  await until('a wait', () => clock.sleeping || null);
  refuseToRead(null);
  await commit.run(() => undefined);
  expect(notes()).toEqual(['fact']);
});

test('nothing is taken after closing', async () => {
  const { commit, connection } = await open();
  commit.close();
  connection.close();
  let ran = 0;
  const count = (): void => void (ran += 1);
  commit.record(count, count);
  await expect(commit.run(count)).rejects.toMatchObject({ code: 'scheduler.closed' });
  await settle();
  expect(ran).toBe(0);
});

test('nothing is told before it is durable, and what comes meanwhile is made durable together', async () => {
  const { commit, add, notes, disk } = await open();
  const slow = Promise.withResolvers<void>();
  let syncs = 0;
  disk.sync = async () => {
    syncs += 1;
    if (syncs === 1) await slow.promise;
  };
  const told: string[] = [];
  const tell = (note: string): Promise<unknown> => commit.run(() => add(note)).then(() => told.push(note));
  const first = tell('a');
  await settle();
  const others = [commit.durable().then(() => told.push('read')), tell('b')];
  await settle();
  others.push(tell('c'));
  await settle();
  expect([notes(), told]).toEqual([['a', 'b', 'c'], []]);
  slow.resolve();
  await Promise.all([first, ...others]);
  expect([told, syncs]).toEqual([['a', 'read', 'b', 'c'], 2]);
});

test('what nobody waits for goes with the next commit, or soon by itself', async () => {
  const { commit, commits, add, notes } = await open();
  commit.recordSoon(
    () => add('soon'),
    () => undefined,
  );
  await settle();
  expect(notes()).toEqual([]);
  await commit.run(() => add('now'));
  expect([notes(), commits()]).toEqual([['soon', 'now'], 1]);
  commit.recordSoon(
    () => add('later'),
    () => undefined,
  );
  await until('it', () => notes()[2] ?? null);
  commit.recordSoon(
    () => add('asked for'),
    () => undefined,
  );
  await commit.upToDate();
  expect(notes()).toEqual(['soon', 'now', 'later', 'asked for']);
});

test('what cannot be made durable is not told as done, and nothing is taken after it', async () => {
  const { commit, record, commits, add, disk, broken } = await open();
  disk.sync = () => Promise.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }));
  record(() => add('fact'));
  const failed = { code: 'scheduler.store_failed' };
  await expect(commit.run(() => add('request'))).rejects.toMatchObject(failed);
  expect(broken).toMatchObject([failed]);
  await expect(commit.run(() => add('later'))).rejects.toMatchObject({ code: 'scheduler.closed' });
  expect(commits()).toBe(0);
});

interface Rig {
  readonly connection: Database.Database;
  readonly commit: GroupCommit;
  /** What makes durable; at once unless the test says otherwise. */
  readonly disk: { sync: () => Promise<void> };
  /** What it was told that broke it. */
  readonly broken: readonly Error[];
  /** Records what the test does not expect to be given up. */
  readonly record: (work: () => void) => void;
  /** Makes the reading anew after a rollback fail, or work again. */
  readonly refuseToRead: (error: Error | null) => void;
  readonly clock: ManualClock;
  readonly add: (note: string) => void;
  readonly notes: () => string[];
  readonly commits: () => number;
  readonly rollbacks: () => number;
  readonly records: () => readonly { readonly level: string; readonly message: string }[];
  /** Whether the disk refuses, as a full one does. */
  readonly fill: (isFull: boolean) => void;
}

async function open(): Promise<Rig> {
  const clock = createManualClock();
  const host = await createTestHost({ clock });
  const file = `${host.stateDir}/notes.db`;
  const connection = new Database(file);
  connection.exec('CREATE TABLE notes (note TEXT)');
  let unreadable: Error | null = null;
  const counts = { commits: 0, rollbacks: 0 };
  const disk = { sync: (): Promise<void> => Promise.resolve() };
  const broken: Error[] = [];
  const commit = new GroupCommit({
    connection,
    file,
    clock,
    logger: host.logger,
    sync: () => disk.sync(),
    syncNow: () => undefined,
    committed: () => () => (counts.commits += 1),
    broken: (error) => broken.push(error),
    rolledBack: () => {
      counts.rollbacks += 1;
      if (unreadable !== null) throw unreadable;
    },
  });
  onTestFinished(async () => {
    commit.close();
    connection.close();
    await host.dispose();
  });
  const insert = connection.prepare('INSERT INTO notes VALUES (?)');
  return {
    connection,
    commit,
    disk,
    broken,
    record: (work) => commit.record(work, () => undefined),
    refuseToRead: (error) => {
      unreadable = error;
    },
    clock,
    add: (note) => void insert.run(note + ' '.repeat(isFull(connection) ? 100_000 : 0)),
    notes: () => connection.prepare<[], string>('SELECT note FROM notes').pluck().all(),
    commits: () => counts.commits,
    rollbacks: () => counts.rollbacks,
    records: () => host.logger.records,
    fill: (full) => void connection.pragma(`max_page_count = ${full ? 1 : 1_000_000}`),
  };
}

/** SQLite gives SQLITE_FULL when a database would grow over this number of pages. */
function isFull(connection: Database.Database): boolean {
  return Number(connection.pragma('max_page_count', { simple: true })) < 1000;
}
