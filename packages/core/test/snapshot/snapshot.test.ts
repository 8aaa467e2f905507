import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { canonicalJson, snapshotIdOf } from '../../src/index.ts';
import type { Item } from './project-tree.ts';
import { Bench } from './project-tree.ts';

const benches: Bench[] = [];
const bench = (tree: Readonly<Record<string, Item>> = {}): Bench => {
  const made = new Bench(tree);
  benches.push(made);
  return made;
};
afterEach(() => {
  for (const made of benches.splice(0)) made.dispose();
});

describe('the manifest', () => {
  it('names files, programs, links and empty directories, sorted by path in code unit order', async () => {
    const at = bench({
      'a/b.txt': 'below a',
      'a-b.txt': 'before a/ in code units',
      'a.txt': '',
      'run.sh': '#!/bin/sh',
      empty: 'directory:',
      'a/link': { link: '../run.sh' },
      'Z.txt': 'upper case comes first',
      'é.txt': 'é',
    });
    const { manifest } = await at.snapshot();
    const paths = manifest.entries.map(({ path }) => path);
    expect(paths).toEqual(['Z.txt', 'a-b.txt', 'a.txt', 'a/b.txt', 'a/link', 'empty', 'run.sh', 'é.txt']);
    expect(await at.entries()).toMatchObject({
      'a.txt': 'file 0',
      'run.sh': 'program 9',
      'a/link': 'link ../run.sh',
      empty: 'directory',
    });
    const file = manifest.entries.find(({ path }) => path === 'a/b.txt');
    expect(file).toMatchObject({ sha256: createHash('sha256').update('below a').digest('hex') });
  });

  it('makes the id from its canonical JSON', async () => {
    const at = bench({
      'a "quoted" ü.txt': 'x',
      link: { link: 'a "quoted" ü.txt' },
      empty: 'directory:',
      'pnpm-lock.yaml': '',
    });
    const plugins = [{ kind: 'job', name: 'bash', package: '@aiflow/job-bash', version: '1.2.3' }] as const;
    const { snapshotId, manifest } = await at.snapshot({ workflowName: 'w', plugins });
    expect(snapshotId).toBe(createHash('sha256').update(canonicalJson(manifest)).digest('hex'));
    expect(snapshotIdOf(structuredClone(manifest))).toBe(snapshotId);
  });

  it('is the same for the same content, whatever the times and the order in which files were made', async () => {
    const tree = { 'a/1': 'one', 'a/2': 'two', b: 'three', 'c/d/e': { link: '../../b' } } as const;
    const first = bench(tree);
    const second = bench(Object.fromEntries(Object.entries(tree).reverse()));
    utimesSync(join(second.project, 'b'), 1, 1);
    renameSync(join(second.project, 'b'), join(second.project, 'c/moved'));
    renameSync(join(second.project, 'c/moved'), join(second.project, 'b'));
    expect(await second.snapshot()).toEqual(await first.snapshot());
  });

  it.each([
    ['content', (at: Bench) => at.write({ b: 'other' })],
    ['a mode', (at: Bench) => at.write({ b: '#!ree' })],
    ['a name', (at: Bench) => renameSync(join(at.project, 'b'), join(at.project, 'c'))],
    ['an empty directory', (at: Bench) => at.write({ d: 'directory:' })],
  ])('gets another id when %s changes', async (_, change) => {
    const at = bench({ b: '#?ree' });
    const before = await at.snapshot();
    change(at);
    expect((await at.snapshot()).snapshotId).not.toBe(before.snapshotId);
  });

  it('remembers the hash of the lock file at the root, and of none below it', async () => {
    const at = bench({ 'package-lock.json': '{}', 'sub/pnpm-lock.yaml': 'x' });
    const sha256 = createHash('sha256').update('{}').digest('hex');
    expect((await at.snapshot()).manifest.lockfile).toEqual({ path: 'package-lock.json', sha256 });
    expect((await bench({ 'sub/yarn.lock': '' }).snapshot()).manifest.lockfile).toBeNull();
  });

  it('holds what was generated in place of the directory of that name that the project has', async () => {
    const at = bench({ 'generated/stale': 'x', 'sub/generated/kept': 'y', 'main.py': '' });
    at.write(
      { 'generated/job/plan.json': '{}', 'generated/.venv/kept': 'z', 'not-generated': 'x' },
      at.overlay,
    );
    expect(await at.entries({ overlay: at.overlay })).toEqual({
      'generated/.venv/kept': 'file 1',
      'generated/job/plan.json': 'file 2',
      'main.py': 'file 0',
      'sub/generated/kept': 'file 1',
    });
    expect(Object.keys(await at.entries({ overlay: at.base }))).toEqual(['main.py', 'sub/generated/kept']);
  });

  it('leaves out a state directory that lies inside the project', async () => {
    const at = bench({ 'main.py': '', 'state/index': 'x', 'sub/state/kept': '' });
    const leaveOut = [join(at.project, 'state'), join(at.project, 'does-not-exist')];
    expect(Object.keys(await at.entries({ leaveOut }))).toEqual(['main.py', 'sub/state/kept']);
  });

  it('takes a project that is named through a link', async () => {
    const at = bench({ 'main.py': '' });
    at.write({ alias: { link: 'project' } }, at.base);
    expect(await at.snapshot({ projectPath: join(at.base, 'alias') })).toEqual(await at.snapshot());
  });
});

describe('a large project', () => {
  it('may be deeper than any stack', async () => {
    const at = bench();
    // One-letter names: 1,900 of them stay below the longest path that the system opens.
    const deep = 'd/'.repeat(1_900);
    mkdirSync(join(at.project, deep), { recursive: true });
    writeFileSync(join(at.project, deep, 'f'), 'deep');
    expect(await at.entries()).toEqual({ [`${deep}f`]: 'file 4' });
  });

  it('may have very many files in one directory', async () => {
    const at = bench();
    for (let count = 0; count < 5_000; count += 1)
      writeFileSync(join(at.project, `f${count}`), String(count));
    expect((await at.snapshot()).manifest.entries).toHaveLength(5_000);
  });

  it('can be given up', async () => {
    const at = bench({ f: 'x' });
    const reason = new Error('no longer wanted');
    await expect(at.snapshot({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('holds files that are too large to be read at once', async () => {
    const at = bench();
    const bytes = Buffer.alloc(9 * 1024 * 1024 + 1, 'aiflow');
    writeFileSync(join(at.project, 'large'), bytes);
    const { manifest } = await at.snapshot();
    expect(manifest.entries).toMatchObject([
      { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') },
    ]);
    expect(readFileSync(join(at.project, 'large')).equals(bytes)).toBe(true);
  });
});
