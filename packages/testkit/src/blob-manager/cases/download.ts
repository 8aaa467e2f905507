import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAIFlowError } from '@aiflow/core';
import type { Case } from '../../suite/case.ts';
import { rejectsWithCode } from '../../suite/expect.ts';
import { within } from '../../suite/wait.ts';
import type { BlobManagerContext } from '../context.ts';
import type { BlobManagerSuiteOptions } from '../options.ts';
import { everyKind, readEntries, smallProject } from '../project.ts';

export const downloadCases: readonly Case<BlobManagerSuiteOptions, BlobManagerContext>[] = [
  {
    name: 'downloads at the same time share one copy, also with another process of the machine',
    run: async (context) => {
      const project = await context.project(everyKind());
      const uri = await context.upload(project);
      const other = await context.reopen();
      const downloads = Array.from({ length: 20 }, async (_, index) => {
        const path = await context.download(project.snapshotId, uri, index % 2 === 0 ? context.blob : other);
        // Whole at the moment that the call resolves, and not some time later.
        assert.deepEqual(await readEntries(path), project.manifest.entries);
        return path;
      });
      const paths = new Set(await Promise.all(downloads));
      assert.equal(paths.size, 1, `one copy for all callers, and not ${paths.size}`);
    },
  },
  {
    name: 'a second download finds the copy and does not make it anew',
    run: async (context) => {
      const project = await context.project(smallProject('kept'));
      const uri = await context.upload(project);
      const path = await context.download(project.snapshotId, uri);
      const { ino } = await stat(join(path, 'resources/data.txt'));
      assert.equal(await context.download(project.snapshotId, uri, await context.reopen()), path);
      assert.equal((await stat(join(path, 'resources/data.txt'))).ino, ino);
    },
  },
  {
    name: 'with a local path each caller gets a copy of its own there',
    run: async (context) => {
      const project = await context.project(everyKind());
      const uri = await context.upload(project);
      const [first, second] = [context.fresh('own'), context.fresh('own')];
      assert.equal(await context.blob.downloadProject(project.snapshotId, uri, first), first);
      assert.equal(await context.blob.downloadProject(project.snapshotId, uri, second), second);
      assert.deepEqual(await readEntries(first), project.manifest.entries);
      assert.deepEqual(await readEntries(second), project.manifest.entries);
    },
  },
  {
    name: 'a local path that exists is refused, and what is there stays',
    run: async (context) => {
      const project = await context.project(smallProject('refused'));
      const uri = await context.upload(project);
      const taken = context.fresh('taken');
      await mkdir(taken);
      await writeFile(join(taken, 'mine.txt'), 'mine');
      await assert.rejects(context.blob.downloadProject(project.snapshotId, uri, taken), (thrown) =>
        isAIFlowError(thrown),
      );
      assert.deepEqual(await readdir(taken), ['mine.txt']);
      assert.equal(await readFile(join(taken, 'mine.txt'), 'utf8'), 'mine');
    },
  },
  {
    name: 'an aborted download rejects with the reason and leaves nothing at its local path',
    run: async (context) => {
      const project = await context.project(everyKind());
      const uri = await context.upload(project);
      const target = context.fresh('aborted');
      const reason = new Error('no longer wanted');
      const download = context.blob.downloadProject(project.snapshotId, uri, target, {
        signal: AbortSignal.abort(reason),
      });
      await within(
        'the end of an aborted download',
        assert.rejects(download, (thrown) => thrown === reason),
        context.patience,
      );
      assert.equal(existsSync(target), false);
      assert.equal(await context.blob.downloadProject(project.snapshotId, uri, target), target);
    },
  },
  {
    name: 'an aborted download does not spoil the one that another caller waits for',
    run: async (context) => {
      const project = await context.project(everyKind());
      const uri = await context.upload(project);
      const aborting = new AbortController();
      const reason = new Error('no longer wanted');
      const first = context.blob.downloadProject(project.snapshotId, uri, undefined, {
        signal: aborting.signal,
      });
      const second = context.download(project.snapshotId, uri);
      aborting.abort(reason);
      // The first may have been done before the signal came.
      await within(
        'the aborted download',
        first.catch((error: unknown) => assert.equal(error, reason)),
        context.patience,
      );
      assert.deepEqual(await readEntries(await second), project.manifest.entries);
    },
  },
  {
    name: 'an unknown snapshot is blob.not_found, for a download and for its manifest',
    run: async (context) => {
      const stored = await context.project(smallProject('stored'));
      const uri = await context.upload(stored);
      const unknown = 'f'.repeat(64);
      const unknownUri = uri.replaceAll(stored.snapshotId, unknown);
      const target = context.fresh('unknown');
      await rejectsWithCode(
        async () => await context.blob.downloadProject(unknown, unknownUri),
        'blob.not_found',
      );
      await rejectsWithCode(
        async () => await context.blob.downloadProject(unknown, unknownUri, target),
        'blob.not_found',
      );
      await rejectsWithCode(
        async () => await context.blob.readManifest(unknown, unknownUri),
        'blob.not_found',
      );
      assert.equal(existsSync(target), false);
    },
  },
  {
    name: 'cleanupProject removes the copy of this machine and never what is stored, and may be called twice',
    run: async (context) => {
      const project = await context.project(everyKind());
      const uri = await context.upload(project);
      await context.blob.cleanupProject(project.snapshotId, uri); // there is no copy yet
      const path = await context.download(project.snapshotId, uri);
      const elsewhere = await context.download(project.snapshotId, uri, await context.reopen(2));
      await context.blob.cleanupProject(project.snapshotId, uri);
      assert.equal(existsSync(path), false);
      assert.equal(existsSync(elsewhere), true, 'the copy of another machine stays');
      await context.blob.cleanupProject(project.snapshotId, uri);
      assert.equal((await context.blob.listSnapshots()).length, 1);
      assert.deepEqual(
        await readEntries(await context.download(project.snapshotId, uri)),
        project.manifest.entries,
      );
    },
  },
];
