import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestEntry } from '@aiflow/core';
import { manifestText } from '@aiflow/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { infoKey, manifestKey } from '../src/keys.ts';
import type { Made } from './bench.ts';
import { Bench, readTexts } from './bench.ts';
import { expectRefused, leaving, named, odd } from './corpus.ts';

let at: Bench;
let made: Made;
let uri: string;
beforeAll(async () => {
  at = new Bench();
  made = await at.project({ a: '1', 'b/c': '2' });
  uri = await at.upload(made);
});
afterAll(async () => await at.dispose());

describe('a manifest from outside', () => {
  const file = { type: 'file', size: 1, executable: false, sha256: 'a'.repeat(64) } as const;

  /** Puts a manifest into the store as it is, under the id that it has: so that only its content can be wrong. */
  async function expectNothingMade(manifest: unknown): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const id = createHash('sha256').update(bytes).digest('hex');
    at.store.objects.set(manifestKey(id), { bytes, modifiedTime: 1 });
    try {
      const target = at.fresh('hostile/copy');
      mkdirSync(join(target, '..'), { recursive: true });
      const badUri = `memory://store/snapshots/${id}`;
      await expectRefused(at.blob.downloadProject(id, badUri, target), [
        'blob.invalid_manifest',
        'blob.unsupported_manifest',
      ]);
      await expectRefused(at.blob.downloadProject(id, badUri), [
        'blob.invalid_manifest',
        'blob.unsupported_manifest',
      ]);
      expect(readdirSync(join(target, '..'))).toEqual([]);
      expect(at.copies()).toEqual([]);
    } finally {
      at.store.objects.delete(manifestKey(id));
      at.store.objects.delete(infoKey(id));
    }
  }
  const withEntries = (entries: readonly unknown[]): object => ({ ...made.manifest, entries });

  it.each(named(leaving))('with the path %s makes nothing', async (_, path) => {
    await expectNothingMade(withEntries([{ ...file, path }]));
    await expectNothingMade(withEntries([{ type: 'directory', path }]));
    await expectNothingMade(withEntries([{ type: 'link', path, target: 'x' }]));
  });

  const targets = [
    '..',
    '../..',
    'b/../..',
    '../b',
    '/',
    '/etc/passwd',
    '//',
    '',
    'x\0',
    'a\\b',
    '\uD800',
    './..',
    'b/./../..',
    'a'.repeat(5_000),
  ];
  it.each(named(targets))('with a link to %s makes nothing', async (_, target) => {
    await expectNothingMade(withEntries([{ type: 'link', path: 'link', target }]));
  });

  it('may have odd names, which are made as they are', async () => {
    const project = await at.project(Object.fromEntries(odd.map((path) => [path, path])));
    const target = at.fresh('odd');
    await at.blob.downloadProject(project.snapshotId, await at.upload(project), target);
    expect(readTexts(target)).toEqual(Object.fromEntries(odd.map((path) => [path, path])));
    await at.blob.removeSnapshots([project.snapshotId]);
  });

  const ordered = (...paths: string[]): ManifestEntry[] => paths.map((path) => ({ ...file, path }));
  it.each<[string, unknown]>([
    ['a file twice', ordered('a', 'a')],
    ['paths out of order', ordered('b', 'a')],
    ['a file below a file', ordered('a', 'a/b')],
    ['a file below a link', [{ type: 'link', path: 'a', target: '.' }, ...ordered('a/b')]],
    [
      'a file below a link that sorts far before it',
      [{ type: 'link', path: 'a', target: '.' }, ...ordered('a-b', 'a.c', 'a/b')],
    ],
    ['a file below an empty directory', [{ type: 'directory', path: 'a' }, ...ordered('a/b')]],
    [
      'a link that leaves through another',
      [
        { type: 'link', path: 'a/b/up', target: '../..' },
        { type: 'link', path: 'out', target: 'a/b/up/../x' },
      ],
    ],
    ['an entry of an unknown type', [{ type: 'device', path: 'a' }]],
    ['an entry without a path', [{ ...file }]],
    ['a size below zero', [{ ...file, path: 'a', size: -1 }]],
    ['a size that is no whole number', [{ ...file, path: 'a', size: 1.5 }]],
    ['a size beyond numbers', [{ ...file, path: 'a', size: 1e300 }]],
    ['a hash that is a path', [{ ...file, path: 'a', sha256: '../../../../etc/passwd' }]],
    ['a hash in upper case', [{ ...file, path: 'a', sha256: 'A'.repeat(64) }]],
    ['an executable that is no boolean', [{ ...file, path: 'a', executable: 'yes' }]],
    ['a path that is an object', [{ ...file, path: { toString: 'a' } }]],
    ['null as an entry', [null]],
    ['no list', { length: 1 }],
    ['a text', 'entries'],
  ])('with %s makes nothing', async (_, entries) => {
    await expectNothingMade({ ...made.manifest, entries });
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['a number', 1],
    ['nothing in it', {}],
    ['a later format', { format: 2 }],
    ['a project name that is a path', { projectName: '../x' }],
    ['a workflow name that is a path', { workflowName: '../x' }],
    ['plugins that are none', { plugins: ['bash'] }],
    ['a lock file that is none', { lockfile: 'x' }],
  ])('that is or has %s makes nothing', async (_, part) => {
    const isPart =
      typeof part === 'object' && part !== null && !Array.isArray(part) && Object.keys(part).length > 0;
    await expectNothingMade(isPart ? { ...made.manifest, ...part } : part);
  });

  it('that is right is taken', async () => {
    expect(manifestText(await at.blob.readManifest(made.snapshotId, uri))).toBe(manifestText(made.manifest));
  });
});
