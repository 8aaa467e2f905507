import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { currentHolder } from '../src/holder.ts';
import type { StoreBlobManager } from '../src/index.ts';
import { sweepCopies } from '../src/sweep-copies.ts';
import type { Made } from './bench.ts';
import { Bench, readTexts } from './bench.ts';

let at: Bench;
let made: Made[];
let uris: string[];
const size = 10_000;

beforeEach(async () => {
  at = new Bench();
  made = [];
  for (const letter of ['a', 'b', 'c', 'd']) made.push(await at.project({ file: letter.repeat(size) }));
  uris = [];
  for (const each of made) uris.push(await at.upload(each));
});
afterEach(async () => await at.dispose());

/** Has a copy made by a process that ends then, as far as anybody can see; `age` in minutes. */
async function copied(place: number, limit: number, age = 0): Promise<string> {
  const path = await download(at.manager(at.cacheDir, { cacheSize: limit }), place);
  const id = made[place]?.snapshotId ?? '';
  for (const name of readdirSync(join(at.cacheDir, '.users'))) {
    if (!name.startsWith(id)) continue;
    writeFileSync(join(at.cacheDir, '.users', name), JSON.stringify({ ...currentHolder(), pid: 2 ** 30 }));
  }
  const time = new Date(Date.now() - age * 60_000);
  utimesSync(join(at.cacheDir, '.notes', id), time, time);
  return path;
}

async function download(blob: StoreBlobManager, place: number): Promise<string> {
  return await blob.downloadProject(made[place]?.snapshotId ?? '', uris[place] ?? '');
}

const ids = (...places: number[]): string[] => places.map((place) => made[place]?.snapshotId ?? '').sort();
const copies = (): string[] => at.copies().sort();

describe('the shared copies of a machine', () => {
  it('make room for a new one at the cost of those that were used the longest time ago', async () => {
    await copied(0, size * 3, 10);
    await copied(1, size * 3, 30);
    await copied(2, size * 3, 20);
    expect(copies()).toEqual(ids(0, 1, 2));
    await copied(3, size * 3);
    expect(copies()).toEqual(ids(0, 2, 3));
    await copied(1, size * 2);
    expect(copies()).toEqual(ids(1, 3));
  });

  it('have a limit that may be said as a size, and not as anything else', async () => {
    await download(at.manager(at.cacheDir, { cacheSize: '10 GB' }), 0);
    await copied(1, size * 10, 60);
    const small = at.manager(at.cacheDir, { cacheSize: '10 KB' });
    await download(small, 2);
    expect(copies()).toEqual(ids(0, 2)); // the first is in use
    const open = (): unknown => at.manager(at.cacheDir, { cacheSize: '10 apples' });
    expect(open).toThrow(expect.objectContaining({ code: 'blob.invalid_options' }));
    expect(open).toThrow('such as 20 GB or 500 MiB, or a number of bytes, found "10 apples"');
  });

  it('are younger again with each use', async () => {
    await copied(0, size * 2, 60);
    await copied(1, size * 2, 30);
    await copied(0, size * 2);
    await copied(2, size * 2);
    expect(copies()).toEqual(ids(0, 2));
  });

  it('stay while a process lives that got them, whatever the limit, and go when it lets go', async () => {
    const user = at.manager(at.cacheDir, { cacheSize: 1 });
    const [first, second] = [await download(user, 0), await download(user, 1)];
    expect(readTexts(first)).toEqual({ file: 'a'.repeat(size) });
    expect(readTexts(second)).toEqual({ file: 'b'.repeat(size) });
    await user.cleanupProject(made[0]?.snapshotId ?? '', uris[0] ?? '');
    expect([existsSync(first), existsSync(second)]).toEqual([false, true]);
  });

  it('stay when one user cleans up and another is there', async () => {
    const [one, other] = [at.manager(at.cacheDir), at.manager(at.cacheDir)];
    const path = await download(one, 0);
    await download(other, 0);
    const cleanUp = async (blob: StoreBlobManager): Promise<void> =>
      await blob.cleanupProject(made[0]?.snapshotId ?? '', uris[0] ?? '');
    await cleanUp(one);
    expect(existsSync(path)).toBe(true);
    await cleanUp(other);
    expect(existsSync(path)).toBe(false);
  });

  it.runIf(process.platform === 'linux')(
    'stay while a job runs that outlived who started it, and has the path in its environment',
    async () => {
      const path = await copied(0, size * 10, 60);
      const job = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], {
        env: { ...process.env, AIFLOW_PROJECT_DIR: path },
      });
      await once(job, 'spawn');
      try {
        await copied(1, 1);
        expect(copies()).toEqual(ids(0, 1));
      } finally {
        job.kill('SIGKILL');
        await once(job, 'exit');
      }
      await copied(2, 1);
      expect(copies()).toEqual(ids(2));
    },
  );

  it('are not kept by who was killed while it wrote down that it uses one', async () => {
    const path = await copied(0, size * 10);
    writeFileSync(join(at.cacheDir, '.users', '.killed'), '{"tok');
    await at.blob.cleanupProject(made[0]?.snapshotId ?? '', uris[0] ?? '');
    expect(existsSync(path)).toBe(false);
  });

  it('that were made before the machine went down are made again', async () => {
    const path = await copied(0, size * 10);
    const note = join(at.cacheDir, '.notes', made[0]?.snapshotId ?? '');
    writeFileSync(note, readFileSync(note, 'utf8').replace(/"boot":"./, '"boot":"x'));
    chmodSync(join(path, 'file'), 0o644);
    writeFileSync(join(path, 'file'), 'a'.repeat(100)); // what a power loss may leave
    expect(readTexts(await download(at.manager(at.cacheDir), 0))).toEqual({ file: 'a'.repeat(size) });
    expect(copies()).toEqual(ids(0));
  });

  it('serve for copies of ones own, without asking the store for contents', async () => {
    await copied(0, size * 10);
    at.store.takeCalls();
    const target = at.fresh('own');
    await at.blob.downloadProject(made[0]?.snapshotId ?? '', uris[0] ?? '', target);
    expect(at.store.takeCalls().filter((call) => /packs|indexes/.test(call))).toEqual([]);
    writeFileSync(join(target, 'file'), 'mine'); // can be written, and is nobody else's
    expect(readTexts(join(at.cacheDir, made[0]?.snapshotId ?? ''))).toEqual({ file: 'a'.repeat(size) });
  });

  it('are asked for many times at once while there is room for one, and are whole each time', async () => {
    const managers = Array.from({ length: 4 }, () => at.manager(at.cacheDir, { cacheSize: 1 }));
    const rounds = Array.from({ length: 10 }, async (_, round) => {
      for (const [place, blob] of managers.entries()) {
        const which = (round + place) % made.length;
        const path = await download(blob, which);
        expect(readTexts(path)).toEqual({ file: 'abcd'.charAt(which).repeat(size) });
      }
    });
    await Promise.all(rounds);
  });
});

describe('sweepCopies', () => {
  it('passes over one that is in use, and stops when there is room', async () => {
    const asked: string[] = [];
    const copy = (id: string, usedTime: number): { id: string; size: number; usedTime: number } => ({
      id,
      size: 10,
      usedTime,
    });
    await sweepCopies([copy('new', 4), copy('used', 1), copy('old', 2), copy('older', 3)], 20, async (id) => {
      asked.push(id);
      return id !== 'used';
    });
    expect(asked).toEqual(['used', 'old', 'older']);
  });
});
