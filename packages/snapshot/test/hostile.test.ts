import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestEntry } from '@aiflow/core';
import { isAIFlowError, manifestText } from '@aiflow/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkKey, checkPrefix } from '../src/index.ts';
import { infoKey, manifestKey } from '../src/keys.ts';
import type { Made } from './bench.ts';
import { Bench, readTexts } from './bench.ts';

/** Ways to write a path that leads elsewhere, or that one reader takes for another than the next. */
const leaving = [
  ...['..', '../', '../x', '../../etc/passwd', './..', 'a/..', 'a/../..', 'a/../../b', 'a/./../../b', '.', './a', 'a/.', 'a/./b'],
  ...['/', '//', '/etc/passwd', '//etc/passwd', '/..', 'a//b', 'a/', '/a', '~/', '....//', '..;/', '%2e%2e/', '%c0%ae%c0%ae/', '..;x/'],
  ...['..\\', '..\\..\\x', 'a\\..\\..', '\\', '\\\\server\\share', 'C:\\x', '\\\\?\\C:\\x', 'a\\b', '\uFF0E\uFF0E/', '\u2024\u2024/'],
  ...['a\0b', '\0', '..\0', '', '\uD800', 'a\uDC00b', 'file:///etc/passwd', 'http://x/', 'a'.repeat(5_000), 'a/'.repeat(3_000), '../'.repeat(200)],
];
/** Names that look like it, and that a project may have all the same; in an id, a key or a uri they have no place. */
const odd = [
  ...['~', '~root/x', '.../x', '.hidden', 'a/.hidden', '..;x', 'C:/x', 'nul:', 'c:d', 'a::$DATA', 'é', '\u2025'],
  ...['%2e%2e', '..%2f', '%2e%2e%2f', '..%5c', '%252e%252e%252f', '..%c0%af', '%00', 'a%00b', '*', '?', 'a*', '[a]', '{a,b}'],
  ...['$(id)', '`id`', '|id', ';id', '&', 'data:,x', 'javascript:x', 'a\n', '\n..', 'a\r\nb', '..\t', ' ..', '.. ', ' ', '__proto__ '],
];
const climbs = [...leaving, ...odd];

let at: Bench;
let made: Made;
let uri: string;
beforeAll(async () => {
  at = new Bench();
  made = await at.project({ a: '1', 'b/c': '2' });
  uri = await at.upload(made);
});
afterAll(async () => await at.dispose());

async function refused(call: Promise<unknown>, codes: readonly string[]): Promise<void> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(isAIFlowError(error) ? error.code : error).toSatisfy((code: string) => codes.includes(code));
  if (isAIFlowError(error)) expect(error.message).not.toMatch(/[\n\0]/);
}

const name = (values: readonly string[]): (readonly [string, string])[] =>
  values.map((value) => [JSON.stringify(value).slice(0, 60), value]);

describe('an id from outside', () => {
  const id = 'a'.repeat(64);
  const ids = [...climbs, id.toUpperCase(), id.slice(1), `${id}a`, `${id}/`, `/${id}`, `${id}\n`, `../${id}`, `${id}/../${id}`, `0x${id}`, ` ${id}`];
  it.each(name(ids))('%s is refused by every method', async (_, bad) => {
    const codes = ['blob.invalid_id'];
    await refused(at.blob.uploadProject(bad, made.path, { manifest: made.manifest }), codes);
    await refused(at.blob.downloadProject(bad, uri), codes);
    await refused(at.blob.downloadProject(bad, uri, at.fresh('never')), codes);
    await refused(at.blob.cleanupProject(bad, uri), codes);
    await refused(at.blob.readManifest(bad, uri), codes);
    await refused(at.blob.removeSnapshots([made.snapshotId, bad]), codes);
    expect(await at.blob.listSnapshots()).toHaveLength(1);
  });
});

describe('a uri from outside', () => {
  it.each(name(climbs))('with %s in it is refused by every method', async (_, climb) => {
    const id = made.snapshotId;
    const codes = ['blob.invalid_uri'];
    const root = 'memory://store';
    const uris = [climb, `${root}/${climb}`, `${root}${climb}/snapshots/${id}`, `${root}/${climb}/snapshots/${id}`];
    uris.push(`${root}/snapshots/${climb}`, `${root}/snapshots/${climb}/${id}`, `${uri}/${climb}`, `${climb}/${uri}`);
    for (const bad of uris) {
      if (bad === uri) continue; // the empty climb leaves it as it is
      await refused(at.blob.downloadProject(id, bad), codes);
      await refused(at.blob.readManifest(id, bad), codes);
      await refused(at.blob.cleanupProject(id, bad), codes);
    }
  });

  it('of another snapshot, a sibling of the root, or written in another way is refused', async () => {
    const id = made.snapshotId;
    const others = [uri.replace(id, 'a'.repeat(64)), uri.replace('store', 'store2'), uri.replace('store', 'stor'), `${uri}/`];
    others.push(uri.toUpperCase(), uri.replace('snapshots', '%73napshots'), uri.replace('/snapshots', '//snapshots'), `${uri}?x`, `${uri}#x`);
    others.push(uri.replace('memory', 'file'), uri.replace('memory://', ''), uri.replace('memory:', ''), ` ${uri}`, `${uri}\0`);
    for (const bad of others) await refused(at.blob.downloadProject(id, bad), ['blob.invalid_uri']);
  });
});

describe('a key', () => {
  it.each(name(climbs))('%s is refused, alone, before and behind others', (_, climb) => {
    for (const key of [climb, `objects/${climb}`, `objects/${climb}/x`, `${climb}/objects`]) {
      expect(() => checkKey(key), JSON.stringify(key)).toThrow(expect.objectContaining({ code: 'path.outside' }));
    }
    if (climb !== '' && climb !== 'a/') expect(() => checkPrefix(climb)).toThrow(expect.objectContaining({ code: 'path.outside' }));
  });

  it.each(['a', 'a/b', 'objects/aa/00ff', 'snapshots/x/manifest.json', 'A-b_c.d/e..f', '0', '-', '_'])('%s is allowed', (key) => {
    expect(checkKey(key)).toBe(key);
    expect(checkPrefix(`${key}/`)).toBe(`${key}/`);
  });
});

describe('a manifest from outside', () => {
  const file = { type: 'file', size: 1, executable: false, sha256: 'a'.repeat(64) } as const;

  /** Puts a manifest into the store as it is, under the id that it has: so that only its content can be wrong. */
  async function download(manifest: unknown): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const id = createHash('sha256').update(bytes).digest('hex');
    at.store.objects.set(manifestKey(id), { bytes, modifiedTime: 1 });
    try {
      const target = at.fresh('hostile/copy');
      mkdirSync(join(target, '..'), { recursive: true });
      const badUri = `memory://store/snapshots/${id}`;
      await refused(at.blob.downloadProject(id, badUri, target), ['blob.invalid_manifest', 'blob.unsupported_manifest']);
      await refused(at.blob.downloadProject(id, badUri), ['blob.invalid_manifest', 'blob.unsupported_manifest']);
      expect(readdirSync(join(target, '..'))).toEqual([]);
      expect(readdirSync(at.cacheDir)).toEqual([]);
    } finally {
      at.store.objects.delete(manifestKey(id));
      at.store.objects.delete(infoKey(id));
    }
  }
  const withEntries = (entries: readonly unknown[]): object => ({ ...made.manifest, entries });

  it.each(name(leaving))(
    'with the path %s makes nothing',
    async (_, path) => {
      await download(withEntries([{ ...file, path }]));
      await download(withEntries([{ type: 'directory', path }]));
      await download(withEntries([{ type: 'link', path, target: 'x' }]));
    },
  );

  const targets = ['..', '../..', 'b/../..', '../b', '/', '/etc/passwd', '//', '', 'x\0', 'a\\b', '\uD800', './..', 'b/./../..', 'a'.repeat(5_000)];
  it.each(name(targets))('with a link to %s makes nothing', async (_, target) => {
    await download(withEntries([{ type: 'link', path: 'link', target }]));
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
    ['a file below a link that sorts far before it', [{ type: 'link', path: 'a', target: '.' }, ...ordered('a-b', 'a.c', 'a/b')]],
    ['a file below an empty directory', [{ type: 'directory', path: 'a' }, ...ordered('a/b')]],
    ['a link that leaves through another', [{ type: 'link', path: 'a/b/up', target: '../..' }, { type: 'link', path: 'out', target: 'a/b/up/../x' }]],
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
    await download({ ...made.manifest, entries });
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
    const isPart = typeof part === 'object' && part !== null && !Array.isArray(part) && Object.keys(part).length > 0;
    await download(isPart ? { ...made.manifest, ...part } : part);
  });

  it('that is right is taken', async () => {
    expect(manifestText(await at.blob.readManifest(made.snapshotId, uri))).toBe(manifestText(made.manifest));
  });
});
