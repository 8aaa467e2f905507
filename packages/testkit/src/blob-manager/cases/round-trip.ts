import assert from 'node:assert/strict';
import { lstat, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobManager } from '@aiflow/core';
import { findNonJson, generatedDirectory, snapshotIdOf } from '@aiflow/core';
import type { Case } from '../../suite/case.ts';
import type { BlobManagerContext } from '../context.ts';
import type { BlobManagerSuiteOptions } from '../options.ts';
import type { WrittenProject } from '../project.ts';
import { everyKind, readEntries, smallProject, writeProject } from '../project.ts';

export const roundTripCases: readonly Case<BlobManagerSuiteOptions, BlobManagerContext>[] = [
  {
    name: 'what is downloaded equals what was uploaded: files, modes, links, empty directories, names in any script',
    run: async (context) => {
      const project = await context.project(everyKind());
      const uri = await context.upload(project);
      const path = await context.download(project.snapshotId, uri);
      assert.deepEqual(await readEntries(path), project.manifest.entries);
      const onAnotherMachine = await context.reopen(2);
      const other = await context.download(project.snapshotId, uri, onAnotherMachine);
      assert.deepEqual(await readEntries(other), project.manifest.entries);
      assert.notEqual(other, path, 'each machine has a copy of its own');
    },
  },
  {
    name: 'the uploaded project is left as it was',
    run: async (context) => {
      const project = await context.project(everyKind());
      const before = await describeTree(project.path);
      await context.upload(project);
      assert.deepEqual(await describeTree(project.path), before);
    },
  },
  {
    name: 'an id that is stored is not stored again, has the same uri, and is then the last used',
    run: async (context) => {
      const project = await context.project(smallProject('once'));
      const uri = await context.upload(project);
      const [first] = await context.blob.listSnapshots();
      const later = await context.project(smallProject('later'));
      await laterUse(first?.createTime ?? 0, context, later);
      const [newest] = await context.blob.listSnapshots();
      assert.equal(newest?.snapshotId, later.snapshotId);
      assert.equal(await context.upload(project), uri);
      await laterUse(newest.createTime, context, project, await context.reopen(2));
      const listed = await context.blob.listSnapshots();
      assert.equal(listed.length, 2);
      assert.deepEqual({ ...listed[0], createTime: 0 }, { ...first, createTime: 0 });
      assert.ok((listed[0]?.createTime ?? 0) > newest.createTime, 'createTime is that of the last use');
    },
  },
  {
    name: 'uploads of one id at the same time all resolve, and store it once',
    run: async (context) => {
      const project = await context.project(smallProject('together'));
      const other = await context.reopen();
      const uploads = Array.from(
        { length: 6 },
        async (_, index) => await context.upload(project, index % 2 === 0 ? context.blob : other),
      );
      assert.equal(new Set(await Promise.all(uploads)).size, 1);
      assert.equal((await context.blob.listSnapshots()).length, 1);
      const path = await context.download(project.snapshotId, await context.upload(project));
      assert.deepEqual(await readEntries(path), project.manifest.entries);
    },
  },
  {
    name: 'the paths below generated/ are read from the overlay',
    run: async (context) => {
      const overlay = context.fresh('overlay');
      const generated = join(generatedDirectory, 'conformance', 'job', 'main.sh');
      const laid = await writeProject(overlay, {
        [generated]: { type: 'file', content: 'echo generated\n' },
      });
      const project = await context.project(smallProject('with an overlay'));
      await mkdir(join(project.path, generatedDirectory), { recursive: true });
      await writeFile(join(project.path, generatedDirectory, 'of-the-project.txt'), 'not part of a snapshot');
      const entries = [...laid.manifest.entries, ...project.manifest.entries].sort((a, b) =>
        a.path < b.path ? -1 : 1,
      );
      const manifest = { ...project.manifest, entries };
      const snapshotId = snapshotIdOf(manifest);
      const uri = await context.blob.uploadProject(snapshotId, project.path, { manifest, overlay });
      assert.deepEqual(await readEntries(await context.download(snapshotId, uri)), entries);
    },
  },
  {
    name: 'the files and directories of the shared copy are read-only',
    run: async (context) => {
      const project = await context.project(everyKind());
      const path = await context.download(project.snapshotId, await context.upload(project));
      for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
        const at = join(entry.parentPath, entry.name);
        const info = await lstat(at);
        if (!info.isSymbolicLink()) assert.equal(info.mode & 0o222, 0, `${entry.name} can be written`);
      }
      assert.equal((await stat(path)).mode & 0o222, 0, 'the directory itself can be written');
    },
  },
  {
    name: 'the config is shown as plain JSON',
    run: async ({ blob }) => {
      assert.equal(findNonJson(blob.config), null);
    },
  },
];

/** Uploads, again if need be, until the store's clock, which may count in seconds, shows a later time. */
async function laterUse(
  time: number,
  context: BlobManagerContext,
  project: WrittenProject,
  blob?: BlobManager,
): Promise<void> {
  const deadline = Date.now() + Math.min(context.patience, 3000);
  for (;;) {
    assert.equal(typeof (await context.upload(project, blob)), 'string');
    const own = (await context.blob.listSnapshots()).find((each) => each.snapshotId === project.snapshotId);
    if (own !== undefined && own.createTime > time) return;
    assert.ok(Date.now() < deadline, 'an upload of what is stored makes it the last used');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** All that can be seen of a tree, with times: who reads a project must not touch it. */
async function describeTree(root: string): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const info = await lstat(join(entry.parentPath, entry.name));
    lines.push(
      `${entry.parentPath}/${entry.name} ${info.mode} ${info.size} ${info.mtimeMs} ${info.ino} ${info.nlink}`,
    );
  }
  return [...lines.sort(), JSON.stringify(await readEntries(root))];
}
