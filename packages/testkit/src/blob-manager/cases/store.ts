import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import type { Case } from '../../suite/case.ts';
import { rejectsWithCode } from '../../suite/expect.ts';
import type { BlobManagerContext } from '../context.ts';
import type { BlobManagerSuiteOptions } from '../options.ts';
import { everyKind, readEntries, smallProject } from '../project.ts';

export const storeCases: readonly Case<BlobManagerSuiteOptions, BlobManagerContext>[] = [
  {
    name: 'an empty store lists nothing',
    run: async ({ blob }) => {
      assert.deepEqual(await blob.listSnapshots(), []);
    },
  },
  {
    name: 'prepare, if there is one, may be called at any time, and touches no file',
    run: async (context) => {
      const { directory, host } = await context.place();
      const listed = async (): Promise<string[][]> => [
        await readdir(directory, { recursive: true }),
        await readdir(host.stateDir, { recursive: true }),
      ];
      const before = await listed();
      const blob = await context.reopen();
      for (let count = 0; count < 2; count += 1) {
        blob.prepare?.();
        assert.deepEqual(await blob.listSnapshots(), []);
      }
      assert.deepEqual(await listed(), before);
    },
  },
  {
    name: 'listSnapshots says of each what it is, newest first, also on another machine',
    run: async (context) => {
      const first = await context.project(everyKind());
      const second = await context.project(smallProject('the second'));
      const uri = await context.upload(first);
      await laterThan(Date.now());
      await context.upload(second);
      const listed = await context.blob.listSnapshots();
      assert.deepEqual(
        listed.map(({ snapshotId }) => snapshotId),
        [second.snapshotId, first.snapshotId],
      );
      const files = first.manifest.entries.filter((entry) => entry.type === 'file');
      const { createTime, ...facts } = listed[1] ?? { createTime: 0 };
      assert.deepEqual(facts, {
        snapshotId: first.snapshotId,
        uri,
        projectName: 'conformance',
        workflowName: null,
        files: files.length,
        size: files.reduce((sum, entry) => sum + entry.size, 0),
      });
      assert.ok(createTime > Date.UTC(2020, 0), 'createTime is in milliseconds since 1970');
      assert.deepEqual(await (await context.reopen(2)).listSnapshots(), listed);
    },
  },
  {
    name: 'readManifest gives the manifest that was stored',
    run: async (context) => {
      const project = await context.project(everyKind());
      const uri = await context.upload(project);
      assert.deepEqual(await context.blob.readManifest(project.snapshotId, uri), project.manifest);
      assert.deepEqual(
        await (await context.reopen(2)).readManifest(project.snapshotId, uri),
        project.manifest,
      );
    },
  },
  {
    name: 'removeSnapshots removes a snapshot and leaves whole what others share with it',
    run: async (context) => {
      const shared = everyKind();
      const kept = await context.project(shared);
      const gone = await context.project({
        ...shared,
        'only-here.txt': { type: 'file', content: 'x'.repeat(10_000) },
      });
      const [keptUri, goneUri] = [await context.upload(kept), await context.upload(gone)];
      const freed = await context.blob.removeSnapshots([gone.snapshotId]);
      assert.ok(freed > 0, 'bytes were set free');
      const listed = await context.blob.listSnapshots();
      assert.deepEqual(
        listed.map(({ snapshotId }) => snapshotId),
        [kept.snapshotId],
      );
      const elsewhere = await context.reopen(2);
      await rejectsWithCode(
        async () => await elsewhere.downloadProject(gone.snapshotId, goneUri),
        'blob.not_found',
      );
      const path = await context.download(kept.snapshotId, keptUri, elsewhere);
      assert.deepEqual(await readEntries(path), kept.manifest.entries);
    },
  },
  {
    name: 'removeSnapshots leaves what was used at the time that it is given, or later',
    run: async (context) => {
      const project = await context.project(smallProject('used'));
      const uri = await context.upload(project);
      const [{ createTime } = { createTime: 0 }] = await context.blob.listSnapshots();
      await context.blob.removeSnapshots([project.snapshotId], { unusedSince: createTime });
      assert.equal((await context.blob.listSnapshots()).length, 1);
      const path = await context.download(project.snapshotId, uri, await context.reopen(2));
      assert.deepEqual(await readEntries(path), project.manifest.entries);
      await context.blob.removeSnapshots([project.snapshotId], { unusedSince: createTime + 1 });
      assert.deepEqual(await context.blob.listSnapshots(), []);
    },
  },
  {
    name: 'a snapshot that was removed can be stored again',
    run: async (context) => {
      const project = await context.project(everyKind());
      const uri = await context.upload(project);
      await context.blob.removeSnapshots([project.snapshotId]);
      assert.deepEqual(await context.blob.listSnapshots(), []);
      assert.equal(await context.upload(project), uri);
      const path = await context.download(project.snapshotId, uri, await context.reopen(2));
      assert.deepEqual(await readEntries(path), project.manifest.entries);
    },
  },
];

/** Waits until the clock shows a later millisecond, so that "newest first" has an answer. */
async function laterThan(time: number): Promise<void> {
  while (Date.now() <= time) await new Promise((resolve) => setImmediate(resolve));
}
