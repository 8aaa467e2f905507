import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { lstat, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest, ManifestEntry } from '@aiflow/core';
import { FileTable, fileStat, isAIFlowError, snapshotIdOf } from '@aiflow/core';
import type { Case } from '../../suite/case.ts';
import { rejectsWithCode } from '../../suite/expect.ts';
import { within } from '../../suite/wait.ts';
import type { BlobManagerContext } from '../context.ts';
import type { BlobManagerSuiteOptions } from '../options.ts';
import { everyKind, readEntries, smallProject } from '../project.ts';

export const integrityCases: readonly Case<BlobManagerSuiteOptions, BlobManagerContext>[] = [
  {
    name: 'what was damaged in the store is blob.corrupt and never reaches a reader',
    skip: ({ corrupt }) => (corrupt === undefined ? 'the options have no "corrupt"' : null),
    run: async (context) => {
      const project = await context.project(everyKind());
      const uri = await context.upload(project);
      await context.options.corrupt?.(await context.place());
      const target = context.fresh('damaged');
      const blob = await context.reopen(2);
      await rejectsWithCode(async () => await blob.downloadProject(project.snapshotId, uri), 'blob.corrupt');
      await rejectsWithCode(async () => await blob.downloadProject(project.snapshotId, uri), 'blob.corrupt');
      await rejectsWithCode(
        async () => await blob.downloadProject(project.snapshotId, uri, target),
        'blob.corrupt',
      );
      assert.equal(existsSync(target), false);
    },
  },
  {
    name: 'a file that is not what the manifest says is blob.changed, and nothing becomes visible',
    run: async (context) => {
      const project = await context.project(smallProject('as the manifest says'));
      const changed = join(project.path, 'resources/data.txt');
      await writeFile(changed, 'AS THE MANIFEST SAYS'); // the size is the same
      await refuseUpload(context, project.path, project.manifest, 'blob.changed');
      await rm(changed);
      await refuseUpload(context, project.path, project.manifest, 'blob.changed');
    },
  },
  {
    name: 'a file that has become a link is blob.changed, also when the link leads to the same content',
    run: async (context) => {
      const project = await context.project(smallProject('linked'));
      const outside = context.fresh('outside');
      await writeFile(outside, 'linked');
      await rm(join(project.path, 'resources/data.txt'));
      await symlink(outside, join(project.path, 'resources/data.txt'));
      await refuseUpload(context, project.path, project.manifest, 'blob.changed');
    },
  },
  {
    name: 'a file below a directory that has become a link out of the project is not followed',
    run: async (context) => {
      const project = await context.project(smallProject('behind a link'));
      const outside = await context.project(smallProject('behind a link'));
      await rm(join(project.path, 'resources'), { recursive: true });
      await symlink(join(outside.path, 'resources'), join(project.path, 'resources'));
      await refuseUpload(context, project.path, project.manifest, 'blob.changed');
    },
  },
  {
    name: 'storeFiles, if there is one, says what files hold that are as they were seen, and shows nothing',
    run: async (context) => {
      const project = await context.project(everyKind());
      const entries = project.manifest.entries.filter((entry) => entry.type === 'file');
      const files = new FileTable();
      for (const { path } of entries) files.add(path, fileStat(await lstat(join(project.path, path))));
      const { blob } = context;
      const hashes = entries.map(({ sha256 }) => sha256);
      const stored = async (): Promise<readonly (string | null)[]> =>
        (await blob.storeFiles?.(project.path, files)) ?? hashes;
      assert.deepEqual(await stored(), hashes);
      assert.deepEqual(await blob.listSnapshots(), []);
      const copy = await context.download(project.snapshotId, await context.upload(project));
      const copied = await readEntries(copy);
      assert.deepEqual(
        copied.filter((entry) => entry.type === 'file'),
        entries,
      );
      if (blob.storeFiles === undefined) return;
      const [first, second] = entries.slice(-2);
      assert.ok(first !== undefined && second !== undefined);
      await writeFile(join(project.path, first.path), 'of another content than was seen');
      await rm(join(project.path, second.path));
      assert.deepEqual(await stored(), [...hashes.slice(0, -2), null, null]);
    },
  },
  {
    name: 'an id that is not the hash of the manifest is refused, and nothing becomes visible',
    run: async (context) => {
      const { path, manifest } = await context.project(smallProject('of another id'));
      const upload = context.blob.uploadProject('a'.repeat(64), path, { manifest });
      await assert.rejects(upload, (thrown) => isAIFlowError(thrown));
      assert.deepEqual(await context.blob.listSnapshots(), []);
    },
  },
  {
    name: 'an aborted upload rejects with the reason, shows nothing, and can be done again',
    run: async (context) => {
      const project = await context.project(everyKind());
      const reason = new Error('no longer wanted');
      const { snapshotId, path, manifest } = project;
      const upload = context.blob.uploadProject(snapshotId, path, {
        manifest,
        signal: AbortSignal.abort(reason),
      });
      await within(
        'the end of an aborted upload',
        assert.rejects(upload, (thrown) => thrown === reason),
        context.patience,
      );
      assert.deepEqual(await context.blob.listSnapshots(), []);
      await context.download(snapshotId, await context.upload(project));
    },
  },
  {
    name: 'a manifest with a path or a link that leads out is refused, and nothing is written outside',
    run: async (context) => {
      const { path, manifest } = await context.project(smallProject('inside'));
      const [entry] = manifest.entries;
      assert.ok(entry !== undefined);
      const evil: ManifestEntry[] = [
        ...['../escaped', '/escaped', 'resources/../../escaped', 'a\\b', 'a\0b', '', '.', 'a//b'].map(
          (at) => ({ ...entry, path: at }),
        ),
        ...['../../escaped', '/etc/passwd', 'resources/../../..'].map(
          (target) => ({ type: 'link', path: 'resources/zz-link', target }) as const,
        ),
      ];
      for (const each of evil) {
        const entries = [...manifest.entries, each].sort((a, b) => (a.path < b.path ? -1 : 1));
        const bad = { ...manifest, entries };
        const upload = context.blob.uploadProject(snapshotIdOf(bad), path, { manifest: bad });
        await assert.rejects(upload, (thrown) => isAIFlowError(thrown), `refuses ${JSON.stringify(each)}`);
      }
      assert.deepEqual(await context.blob.listSnapshots(), []);
    },
  },
  {
    name: 'an id that is no snapshot id is refused by every method',
    run: async (context) => {
      const project = await context.project(smallProject('stored'));
      const uri = await context.upload(project);
      const { directory, host } = await context.place();
      const before = [await readdir(directory), await readdir(host.stateDir)];
      for (const id of badIds) {
        const badUri = uri.replaceAll(project.snapshotId, id);
        await refuses(id, context.blob.uploadProject(id, project.path, { manifest: project.manifest }));
        await refuses(id, context.blob.downloadProject(id, badUri));
        await refuses(id, context.blob.readManifest(id, badUri));
        await refuses(id, context.blob.cleanupProject(id, badUri));
        await refuses(id, context.blob.removeSnapshots([id]));
      }
      assert.deepEqual([await readdir(directory), await readdir(host.stateDir)], before);
      assert.equal((await context.blob.listSnapshots()).length, 1, 'what was stored is still there');
    },
  },
  {
    name: 'a uri of another store, or that leads out of this one, is refused',
    run: async (context) => {
      const project = await context.project(smallProject('stored'));
      const uri = await context.upload(project);
      for (const bad of ['', '/', '/etc', '../..', 'file:///etc', 'other://elsewhere/x', `${uri}/../../..`]) {
        await refuses(bad, context.blob.downloadProject(project.snapshotId, bad));
        await refuses(bad, context.blob.readManifest(project.snapshotId, bad));
      }
    },
  },
];

const badIds: readonly string[] = [
  '',
  '.',
  '..',
  '../..',
  '/etc/passwd',
  'a/../b',
  'A'.repeat(64),
  `${'a'.repeat(63)}/`,
  `../${'a'.repeat(61)}`,
  `${'a'.repeat(64)}\n`,
  `${'a'.repeat(64)}/..`,
  '%2e%2e',
  'a\0b',
];

async function refuses(what: string, call: Promise<unknown>): Promise<void> {
  await assert.rejects(
    call,
    (thrown) => isAIFlowError(thrown),
    `refuses ${JSON.stringify(what)} with an AIFlowError`,
  );
}

async function refuseUpload(
  context: BlobManagerContext,
  path: string,
  manifest: Manifest,
  code: string,
): Promise<void> {
  const id = snapshotIdOf(manifest);
  await rejectsWithCode(async () => await context.blob.uploadProject(id, path, { manifest }), code);
  assert.deepEqual(await context.blob.listSnapshots(), []);
}
