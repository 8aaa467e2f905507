import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { BlobManager, Manifest } from '@aiflow/core';
import { createTestHost } from '@aiflow/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalBlobManager } from '../src/manager.ts';
import type { Task } from './race-process.ts';
import { follow, projectSnapshot } from './race-process.ts';

const rounds = 8;
/** `AIFLOW_BLOB_ROUNDS=200` is the whole of it, and takes a quarter of an hour. */
const followedRounds = Number(process.env['AIFLOW_BLOB_ROUNDS'] ?? 3);
const followers = { here: 20, killed: 10, spared: 20 };
/** Processes start often here, and two cores are shared: this is no limit on speed. */
const patience = 180_000;
const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);

let base: string;
let project: string;
let directory: string;
let stateDir: string;
let blob: BlobManager;
let manifest: Manifest;
let snapshotId: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-races-')));
  [project, directory, stateDir] = [join(base, 'project'), join(base, 'store'), join(base, 'state')];
  for (let count = 0; count < 200; count += 1) {
    const parent = join(project, `d${count % 10}`, 'e');
    mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, `f${count}`), `content ${count}\n`.repeat(count));
  }
  writeFileSync(join(project, 'large'), Buffer.alloc(8_000_000, 'large'));
  symlinkSync('d1', join(project, 'link'));
  mkdirSync(stateDir);
  blob = new LocalBlobManager({ root_directory: directory }, await createTestHost({ stateDir }));
  ({ manifest, snapshotId } = await projectSnapshot(project));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await blob.cleanupProject(snapshotId, uri());
  rmSync(base, { recursive: true, force: true });
});

function uri(): string {
  return `file://${directory}/snapshots/${snapshotId}`;
}

interface Started {
  readonly child: ChildProcess;
  /** Resolves when the process is about to do what it is for. */
  readonly begun: Promise<void>;
  /** Resolves with all that it printed, when it has ended. */
  readonly ended: Promise<string>;
}

function start(what: Task['what'], threads = 1, downloads = 1): Started {
  const task: Task = { what, directory, stateDir, project, snapshotId, uri: uri(), threads, downloads };
  const script = join(import.meta.dirname, 'race-process.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let printed = '';
  const begun = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('begin')) resolve();
    });
    child.once('exit', () => resolve());
  });
  return { child, begun, ended: new Promise((resolve) => child.once('close', () => resolve(printed))) };
}

/** Starts a process and kills it so many milliseconds after it began, or when it has ended by itself. */
async function killed(what: Task['what'], delay: number): Promise<void> {
  const { child, begun, ended } = start(what);
  await begun;
  await Promise.race([wait(delay), ended]);
  child.kill('SIGKILL');
  await ended;
}

/** One of the two ways to upload. */
function uploader(random: () => number): Task['what'] {
  return random() < 0.5 ? 'upload' : 'store';
}

/** Mulberry32: the same numbers for the same seed. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('many at once', () => {
  it(
    'make one copy, from two threads each of three processes',
    async () => {
      await blob.uploadProject(snapshotId, project, { manifest });
      const printed = await Promise.all(
        Array.from({ length: 3 }, async () => await start('download', 2, 25).ended),
      );
      const reports = printed.flatMap((text) => text.split('\n').filter((line) => line.startsWith('copies')));
      expect(reports).toHaveLength(6);
      const parts = reports.map((line) => line.split(' '));
      expect(parts.reduce((sum, part) => sum + Number(part[1]), 0)).toBe(1);
      expect(new Set(parts.map((part) => part[3])).size).toBe(1);
      await expectWhole(await blob.downloadProject(snapshotId, uri()));
      expect(copies()).toEqual([snapshotId]);
    },
    patience,
  );
});

describe(`processes that are killed (AIFLOW_TEST_SEED=${seed})`, () => {
  it(
    'leave no part of an upload to be seen, and nothing in the way of the next',
    async () => {
      const random = randomFrom(seed);
      let seen = 0;
      for (let round = 0; round < rounds; round += 1) {
        // The first has no time to end by itself.
        await killed(uploader(random), round === 0 ? 0 : random() * 150);
        const [listed] = await blob.listSnapshots();
        if (listed !== undefined) seen += 1;
        const read = await blob.readManifest(snapshotId, uri()).catch((error: unknown) => error);
        expect(read).toMatchObject(listed === undefined ? { code: 'blob.not_found' } : manifest);
        await Promise.all([
          blob.uploadProject(snapshotId, project, { manifest }),
          killed(uploader(random), random() * 150),
        ]);
        const copy = join(base, `copy-${round}`);
        await blob.downloadProject(snapshotId, uri(), copy);
        await expectWhole(copy);
        await blob.removeSnapshots([snapshotId]);
        expect(keysIn('snapshots')).toEqual([]);
        expect(keysIn('packs')).toEqual([]);
        expect(keysIn('indexes')).toEqual([]);
        expect(keysIn('leases')).toEqual([]);
      }
      expect(seen).toBeLessThan(rounds);
      await expectWhole(project);
    },
    patience,
  );

  it(
    'leave no part of a download to be seen, and nothing in the way of the next',
    async () => {
      const random = randomFrom(seed + 1);
      await blob.uploadProject(snapshotId, project, { manifest });
      const copy = join(stateDir, 'snapshots-cache', snapshotId);
      let cut = 0;
      for (let round = 0; round < rounds; round += 1) {
        const delays = [random() * 150, random() * 150].map((delay) => (round === 0 ? 0 : delay));
        await Promise.all(delays.map(async (delay) => await killed('download', delay)));
        if (existsSync(copy)) await expectWhole(copy);
        else cut += 1;
        await expectWhole(await blob.downloadProject(snapshotId, uri()));
        await blob.cleanupProject(snapshotId, uri());
        // A killed one may leave what it had begun, when the copy was there before it: the next to make it takes it away.
        await start('download').ended;
        expect(copies()).toEqual([snapshotId]);
        await blob.cleanupProject(snapshotId, uri());
      }
      expect(cut).toBeGreaterThan(0);
    },
    patience,
  );
});

describe(`${Object.values(followers).reduce((sum, count) => sum + count)} downloads beside an upload (AIFLOW_TEST_SEED=${seed})`, () => {
  it(
    'see nothing or all of it, whoever is killed meanwhile',
    async () => {
      const random = randomFrom(seed + 2);
      const uris = { snapshotId, uri: uri() };
      let whole = 0;
      for (let round = 0; round < followedRounds; round += 1) {
        const spared = start('follow', 1, followers.spared);
        const killedFollower = start('follow', 1, followers.killed);
        const here = Array.from({ length: followers.here }, async () => await follow(blob, uris));
        await killed(uploader(random), random() * 200);
        const kill = wait(random() * 200).then(() => killedFollower.child.kill('SIGKILL'));
        await blob.uploadProject(snapshotId, project, { manifest });
        expect((await Promise.all(here)).filter((each) => !each)).toEqual([]);
        expect(await spared.ended).toContain(`whole ${followers.spared}`);
        const printed = await killedFollower.ended;
        expect(printed).toMatch(new RegExp(`^(begin\n(whole ${followers.killed}\n)?)?$`));
        await kill;
        whole += followers.here + followers.spared;
        await blob.removeSnapshots([snapshotId]);
        await blob.cleanupProject(snapshotId, uri());
        expect([...keysIn('packs'), ...keysIn('indexes'), ...keysIn('leases'), ...copies()]).toEqual([]);
      }
      expect(whole).toBe(followedRounds * (followers.here + followers.spared));
    },
    patience + followedRounds * 30_000,
  );
});

/** What lies in the directory of shared copies, but for what is kept about them. */
function copies(): string[] {
  const names = readdirSync(join(stateDir, 'snapshots-cache'));
  return names.filter((name) => !['.indexes', '.notes', '.users'].includes(name));
}

/** Holds that a directory has the content of the snapshot, to the last byte. */
async function expectWhole(path: string): Promise<void> {
  expect((await projectSnapshot(path)).snapshotId).toBe(snapshotId);
}

/** The files below a part of the store. */
function keysIn(part: string): string[] {
  if (!existsSync(join(directory, part))) return [];
  const entries = readdirSync(join(directory, part), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
