import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkKey, checkPrefix } from '../src/index.ts';
import type { Made } from './bench.ts';
import { Bench } from './bench.ts';
import { climbs, expectRefused, named } from './corpus.ts';

let at: Bench;
let made: Made;
let uri: string;
beforeAll(async () => {
  at = new Bench();
  made = await at.project({ a: '1', 'b/c': '2' });
  uri = await at.upload(made);
});
afterAll(async () => await at.dispose());

describe('an id from outside', () => {
  const id = 'a'.repeat(64);
  const ids = [
    ...climbs,
    id.toUpperCase(),
    id.slice(1),
    `${id}a`,
    `${id}/`,
    `/${id}`,
    `${id}\n`,
    `../${id}`,
    `${id}/../${id}`,
    `0x${id}`,
    ` ${id}`,
  ];
  it.each(named(ids))('%s is refused by every method', async (_, bad) => {
    const codes = ['blob.invalid_id'];
    await expectRefused(at.blob.uploadProject(bad, made.path, { manifest: made.manifest }), codes);
    await expectRefused(at.blob.downloadProject(bad, uri), codes);
    await expectRefused(at.blob.downloadProject(bad, uri, at.fresh('never')), codes);
    await expectRefused(at.blob.cleanupProject(bad, uri), codes);
    await expectRefused(at.blob.readManifest(bad, uri), codes);
    await expectRefused(at.blob.removeSnapshots([made.snapshotId, bad]), codes);
    expect(await at.blob.listSnapshots()).toHaveLength(1);
  });
});

describe('a uri from outside', () => {
  it.each(named(climbs))('with %s in it is refused by every method', async (_, climb) => {
    const id = made.snapshotId;
    const codes = ['blob.invalid_uri'];
    const root = 'memory://store';
    const uris = [
      climb,
      `${root}/${climb}`,
      `${root}${climb}/snapshots/${id}`,
      `${root}/${climb}/snapshots/${id}`,
    ];
    uris.push(
      `${root}/snapshots/${climb}`,
      `${root}/snapshots/${climb}/${id}`,
      `${uri}/${climb}`,
      `${climb}/${uri}`,
    );
    for (const bad of uris) {
      if (bad === uri) continue; // the empty climb leaves it as it is
      await expectRefused(at.blob.downloadProject(id, bad), codes);
      await expectRefused(at.blob.readManifest(id, bad), codes);
      await expectRefused(at.blob.cleanupProject(id, bad), codes);
    }
  });

  it('of another snapshot, a sibling of the root, or written in another way is refused', async () => {
    const id = made.snapshotId;
    const others = [
      uri.replace(id, 'a'.repeat(64)),
      uri.replace('store', 'store2'),
      uri.replace('store', 'stor'),
      `${uri}/`,
    ];
    others.push(
      uri.toUpperCase(),
      uri.replace('snapshots', '%73napshots'),
      uri.replace('/snapshots', '//snapshots'),
      `${uri}?x`,
      `${uri}#x`,
    );
    others.push(
      uri.replace('memory', 'file'),
      uri.replace('memory://', ''),
      uri.replace('memory:', ''),
      ` ${uri}`,
      `${uri}\0`,
    );
    for (const bad of others) await expectRefused(at.blob.downloadProject(id, bad), ['blob.invalid_uri']);
  });
});

describe('a key', () => {
  it.each(named(climbs))('%s is refused, alone, before and behind others', (_, climb) => {
    for (const key of [climb, `objects/${climb}`, `objects/${climb}/x`, `${climb}/objects`]) {
      expect(() => checkKey(key), JSON.stringify(key)).toThrow(
        expect.objectContaining({ code: 'path.outside' }),
      );
    }
  });

  it.each(named(climbs.filter((climb) => climb !== '' && !climb.endsWith('/'))))(
    '%s is refused as a prefix',
    (_, climb) => {
      expect(() => checkPrefix(climb)).toThrow(expect.objectContaining({ code: 'path.outside' }));
    },
  );

  it.each(['a', 'a/b', 'objects/aa/00ff', 'snapshots/x/manifest.json', 'A-b_c.d/e..f', '0', '-', '_'])(
    '%s is allowed',
    (key) => {
      expect(checkKey(key)).toBe(key);
      expect(checkPrefix(`${key}/`)).toBe(`${key}/`);
    },
  );
});
