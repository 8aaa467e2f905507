import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoreBlobManager } from '../src/index.ts';
import { layoutKey, manifestKey } from '../src/keys.ts';
import type { Made } from './bench.ts';
import { Bench, readTexts } from './bench.ts';

let at: Bench;
let made: Made;
let uri: string;
beforeEach(async () => {
  at = new Bench();
  made = await at.project({ a: '1' });
  uri = await at.upload(made);
});
afterEach(async () => await at.dispose());

const calls = (blob: StoreBlobManager): (() => Promise<unknown>)[] => [
  () => blob.uploadProject(made.snapshotId, made.path, { manifest: made.manifest }),
  () => blob.downloadProject(made.snapshotId, uri),
  () => blob.downloadProject(made.snapshotId, uri, at.fresh('own')),
  () => blob.readManifest(made.snapshotId, uri),
  () => blob.listSnapshots(),
  () => blob.removeSnapshots([made.snapshotId]),
];

function put(key: string, text: string): void {
  at.store.objects.set(key, { bytes: Buffer.from(text), modifiedTime: 1 });
}

describe('a store', () => {
  it.each([
    ['a later layout', '{"layout":3}', 'blob.unsupported_layout', /has layout 3, and .* reads layout 2/],
    ['no number', '{"layout":null}', 'blob.unsupported_layout', /has layout null/],
    ['nothing to be read', '{"lay', 'blob.corrupt', /"layout.json" in memory:\/\/store/],
    ['an empty mark', '', 'blob.corrupt', /"layout.json"/],
  ])('whose mark says %s is refused by every method, and stays as it is', async (_, text, code, message) => {
    put(layoutKey, text);
    const keys = at.store.keys();
    for (const call of calls(at.manager(at.fresh('cache'))))
      await expect(call()).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message) as unknown,
      });
    expect(at.store.keys()).toEqual(keys);
  });

  it('of the layout before marks is refused by every method, and stays as it is', async () => {
    at.store.objects.clear();
    put(`objects/aa/${'a'.repeat(64)}`, 'content');
    put(`snapshots/${made.snapshotId}/info.json`, '{}');
    put(`snapshots/${made.snapshotId}/manifest.json`, '{}');
    const keys = at.store.keys();
    for (const call of calls(at.manager(at.fresh('cache'))))
      await expect(call()).rejects.toMatchObject({ code: 'blob.unsupported_layout' });
    expect(at.store.keys()).toEqual(keys);
  });

  it('that has lost its mark is read, and marked again by the next upload', async () => {
    at.store.objects.delete(layoutKey);
    const blob = at.manager(at.fresh('cache'));
    expect(readTexts(await blob.downloadProject(made.snapshotId, uri, at.fresh('own')))).toEqual({ a: '1' });
    expect(at.store.keys()).not.toContain(layoutKey);
    await blob.uploadProject(made.snapshotId, made.path, { manifest: made.manifest });
    expect(at.store.keys()).toContain(layoutKey);
  });

  it('with nothing in it is not marked by who only looks', async () => {
    at.store.objects.clear();
    expect(await at.manager(at.fresh('cache')).listSnapshots()).toEqual([]);
    await expect(at.manager(at.fresh('cache')).readManifest(made.snapshotId, uri)).rejects.toMatchObject({
      code: 'blob.not_found',
    });
    expect(at.store.keys()).toEqual([]);
  });

  it('keeps a long manifest packed, and reads it', async () => {
    const tree = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, count) => [`file-${count}`, `${count}`]),
    );
    const project = await at.project(tree);
    const longUri = await at.upload(project);
    expect(at.store.objects.get(manifestKey(project.snapshotId))?.bytes.length).toBeLessThan(150_000);
    expect(await at.blob.readManifest(project.snapshotId, longUri)).toEqual(project.manifest);
    at.store.takeCalls();
    await at.upload(project);
    expect(at.store.takeCalls().filter((call) => call.startsWith('put snapshots'))).not.toContain(
      `put ${manifestKey(project.snapshotId)}`,
    );
  });
});
