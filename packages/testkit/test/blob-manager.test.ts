import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BlobManager, SnapshotInfo } from '@aiflow/core';
import { isAIFlowError } from '@aiflow/core';
import { describe, expect, it } from 'vitest';
import type { StorePlace, TestRunner } from '../src/index.ts';
import { blobManagerSuite } from '../src/index.ts';
import { failuresOf } from './collect.ts';
import { corruptReferenceBlob, openReferenceBlob } from './reference/blob-manager.ts';

type Mutate = (good: BlobManager, place: StorePlace) => Partial<BlobManager>;

function suite(mutate: Mutate = () => ({})): (runner: TestRunner) => void {
  return (runner) => {
    blobManagerSuite({
      ...runner,
      name: 'reference',
      open: (place) => {
        const good = openReferenceBlob(place);
        return { ...good, ...mutate(good, place) };
      },
      corrupt: corruptReferenceBlob,
      patience: 5000,
    });
  };
}

let copies = 0;

/** A manager with one promise broken, and the cases that must notice. */
const mutants: readonly {
  readonly breaks: string;
  readonly mutate: Mutate;
  readonly fails: readonly string[];
}[] = [
  {
    breaks: 'an empty directory is forgotten',
    mutate: (good) => ({
      downloadProject: async (...args) => {
        const path = await good.downloadProject(...args);
        await chmod(join(path, 'resources'), 0o755);
        await rm(join(path, 'resources/nothing-here'), { recursive: true, force: true });
        await chmod(join(path, 'resources'), 0o555);
        return path;
      },
    }),
    fails: [
      'what is downloaded equals what was uploaded: files, modes, links, empty directories, names in any script',
      'downloads at the same time share one copy, also with another process of the machine',
      'with a local path each caller gets a copy of its own there',
      'an aborted download does not spoil the one that another caller waits for',
      'cleanupProject removes the copy of this machine and never what is stored, and may be called twice',
      'removeSnapshots removes a snapshot and leaves whole what others share with it',
      'a snapshot that was removed can be stored again',
    ],
  },
  {
    breaks: 'an upload moves the project',
    mutate: (good) => ({
      uploadProject: async (id, path, options) => {
        const uri = await good.uploadProject(id, path, options);
        await rename(path, `${path}.moved`);
        await cp(`${path}.moved`, path, { recursive: true, verbatimSymlinks: true });
        await rm(`${path}.moved`, { recursive: true });
        return uri;
      },
    }),
    fails: [
      'the uploaded project is left as it was',
      'uploads of one id at the same time all resolve, and store it once',
    ],
  },
  {
    breaks: 'an upload takes the project away, and leaves no source',
    mutate: (good) => ({
      uploadProject: async (id, path, options) => {
        const uri = await good.uploadProject(id, path, options);
        await rename(path, `${path}.moved`);
        return uri;
      },
    }),
    fails: [
      'the uploaded project is left as it was',
      'an id that is stored is not stored again, has the same uri, and is then the last used',
      'uploads of one id at the same time all resolve, and store it once',
      'a snapshot that was removed can be stored again',
    ],
  },
  {
    breaks: 'an upload of what is stored does not count as its use',
    mutate: (good) => ({
      uploadProject: async (id, path, options) => {
        const known = (await good.listSnapshots()).find(({ snapshotId }) => snapshotId === id);
        return known?.uri ?? (await good.uploadProject(id, path, options));
      },
    }),
    fails: ['an id that is stored is not stored again, has the same uri, and is then the last used'],
  },
  {
    breaks: 'to get ready leaves a file behind',
    mutate: (_, { host }) => ({
      prepare: () => writeFileSync(join(host.stateDir, 'prepared'), ''),
    }),
    fails: ['prepare, if there is one, may be called at any time, and touches no file'],
  },
  {
    breaks: 'of a file that has changed, what it holds now is said as if it had been seen',
    mutate: () => ({
      storeFiles: async (root, files) =>
        await Promise.all(
          Array.from({ length: files.count }, async (_, place) => {
            const bytes = await readFile(join(root, files.path(place))).catch(() => null);
            return bytes === null ? null : createHash('sha256').update(bytes).digest('hex');
          }),
        ),
    }),
    fails: [
      'storeFiles, if there is one, says what files hold that are as they were seen, and shows nothing',
    ],
  },
  {
    breaks: 'what was used since is removed too',
    mutate: (good) => ({ removeSnapshots: async (ids) => await good.removeSnapshots(ids) }),
    fails: ['removeSnapshots leaves what was used at the time that it is given, or later'],
  },
  {
    breaks: 'the final failure of a download is not raised, and the path is given that is not there',
    mutate: (good, { host }) => ({
      downloadProject: async (id, uri, localPath, options) => {
        try {
          return await good.downloadProject(id, uri, localPath, options);
        } catch (error) {
          if (options?.signal?.aborted === true) throw error;
          host.logger.error('download failed');
          return localPath ?? join(host.stateDir, 'copies', id);
        }
      },
    }),
    fails: [
      'a local path that exists is refused, and what is there stays',
      'an unknown snapshot is blob.not_found, for a download and for its manifest',
      'what was damaged in the store is blob.corrupt and never reaches a reader',
      'an id that is no snapshot id is refused by every method',
      'a uri of another store, or that leads out of this one, is refused',
      'removeSnapshots removes a snapshot and leaves whole what others share with it',
    ],
  },
  {
    breaks: 'each upload has a uri of its own',
    mutate: (good) => ({
      uploadProject: async (id, path, options) =>
        `${await good.uploadProject(id, path, options)}#${(copies += 1)}`,
      downloadProject: async (id, uri, ...rest) =>
        await good.downloadProject(id, uri.replace(/#\d+$/, ''), ...rest),
      readManifest: async (id, uri) => await good.readManifest(id, uri.replace(/#\d+$/, '')),
      cleanupProject: async (id, uri) => await good.cleanupProject(id, uri.replace(/#\d+$/, '')),
    }),
    fails: [
      'an id that is stored is not stored again, has the same uri, and is then the last used',
      'uploads of one id at the same time all resolve, and store it once',
      'listSnapshots says of each what it is, newest first, also on another machine',
      'a snapshot that was removed can be stored again',
    ],
  },
  {
    breaks: 'the overlay is ignored',
    mutate: (good) => ({
      uploadProject: async (id, path, { manifest, signal } = { manifest: undefined as never }) =>
        await good.uploadProject(id, path, signal === undefined ? { manifest } : { manifest, signal }),
    }),
    fails: ['the paths below generated/ are read from the overlay'],
  },
  {
    breaks: 'the shared copy can be written',
    mutate: (good) => ({
      downloadProject: async (...args) => {
        const path = await good.downloadProject(...args);
        await chmod(path, 0o755);
        return path;
      },
    }),
    fails: ['the files and directories of the shared copy are read-only'],
  },
  {
    breaks: 'each caller gets a copy of its own',
    mutate: (good, { host }) => ({
      downloadProject: async (id, uri, localPath, options) => {
        const target = localPath ?? join(host.stateDir, `copy-${(copies += 1)}`);
        await good.downloadProject(id, uri, target, options);
        for (const name of localPath === undefined ? [target] : []) await chmod(name, 0o555);
        return target;
      },
    }),
    fails: [
      'downloads at the same time share one copy, also with another process of the machine',
      'a second download finds the copy and does not make it anew',
      'cleanupProject removes the copy of this machine and never what is stored, and may be called twice',
    ],
  },
  {
    breaks: 'a download resolves before it is whole',
    mutate: (good, { host }) => ({
      downloadProject: async (id, uri, localPath, options) => {
        if (localPath !== undefined) return await good.downloadProject(id, uri, localPath, options);
        options?.signal?.throwIfAborted();
        await good.readManifest(id, uri);
        // It comes when everybody has looked; by then the case may be over, with its directories gone.
        void delay(400)
          .then(async () => await good.downloadProject(id, uri))
          .catch(() => undefined);
        return join(host.stateDir, 'copies', id);
      },
    }),
    fails: [
      'what is downloaded equals what was uploaded: files, modes, links, empty directories, names in any script',
      'uploads of one id at the same time all resolve, and store it once',
      'the paths below generated/ are read from the overlay',
      'the files and directories of the shared copy are read-only',
      'downloads at the same time share one copy, also with another process of the machine',
      'a second download finds the copy and does not make it anew',
      'an aborted download does not spoil the one that another caller waits for',
      'cleanupProject removes the copy of this machine and never what is stored, and may be called twice',
      'what was damaged in the store is blob.corrupt and never reaches a reader',
      'storeFiles, if there is one, says what files hold that are as they were seen, and shows nothing',
      'removeSnapshots removes a snapshot and leaves whole what others share with it',
      'removeSnapshots leaves what was used at the time that it is given, or later',
      'a snapshot that was removed can be stored again',
    ],
  },
  {
    breaks: 'a local path that exists is overwritten',
    mutate: (good) => ({
      downloadProject: async (id, uri, localPath, options) => {
        if (localPath !== undefined) await rm(localPath, { recursive: true, force: true });
        return await good.downloadProject(id, uri, localPath, options);
      },
    }),
    fails: ['a local path that exists is refused, and what is there stays'],
  },
  {
    breaks: 'a signal is not heard',
    mutate: (good) => ({
      uploadProject: async (id, path, options) => {
        const { signal: _, ...rest } = options ?? { manifest: undefined as never };
        return await good.uploadProject(id, path, rest);
      },
      downloadProject: async (id, uri, localPath) => await good.downloadProject(id, uri, localPath),
    }),
    fails: [
      'an aborted download rejects with the reason and leaves nothing at its local path',
      'an aborted upload rejects with the reason, shows nothing, and can be done again',
    ],
  },
  {
    breaks: 'an unknown snapshot is an empty directory',
    mutate: (good, { host }) => ({
      downloadProject: async (id, uri, localPath, options) => {
        try {
          return await good.downloadProject(id, uri, localPath, options);
        } catch (error) {
          if (!isAIFlowError(error, 'blob.not_found')) throw error;
          const path = join(host.stateDir, 'copies', id);
          await mkdir(path, { recursive: true });
          return path;
        }
      },
    }),
    fails: [
      'an unknown snapshot is blob.not_found, for a download and for its manifest',
      'removeSnapshots removes a snapshot and leaves whole what others share with it',
    ],
  },
  {
    breaks: 'a clean-up removes what is stored',
    mutate: (good) => ({
      cleanupProject: async (id, uri) => {
        await good.cleanupProject(id, uri);
        await good.removeSnapshots([id]);
      },
    }),
    fails: [
      'cleanupProject removes the copy of this machine and never what is stored, and may be called twice',
    ],
  },
  {
    breaks: 'a clean-up of nothing throws',
    mutate: (good, { host }) => ({
      cleanupProject: async (id, uri) => {
        await readdir(join(host.stateDir, 'copies', id));
        await good.cleanupProject(id, uri);
      },
    }),
    fails: [
      'cleanupProject removes the copy of this machine and never what is stored, and may be called twice',
      'an id that is no snapshot id is refused by every method',
    ],
  },
  {
    breaks: 'hashes are not checked on read',
    mutate: (good) => ({
      downloadProject: async (id, uri, localPath, options) => {
        try {
          return await good.downloadProject(id, uri, localPath, options);
        } catch (error) {
          if (!isAIFlowError(error, 'blob.corrupt') || localPath === undefined) throw error;
          await mkdir(localPath);
          return localPath;
        }
      },
    }),
    fails: ['what was damaged in the store is blob.corrupt and never reaches a reader'],
  },
  {
    breaks: 'a changed file is not noticed',
    mutate: (good) => ({
      uploadProject: async (id, path, options) => {
        try {
          return await good.uploadProject(id, path, options);
        } catch (error) {
          if (!isAIFlowError(error, 'blob.changed')) throw error;
          return 'memory:whatever';
        }
      },
    }),
    fails: [
      'a file that is not what the manifest says is blob.changed, and nothing becomes visible',
      'a file that has become a link is blob.changed, also when the link leads to the same content',
      'a file below a directory that has become a link out of the project is not followed',
    ],
  },
  {
    breaks: 'what failed to be uploaded is visible',
    mutate: (good) => {
      const failed: SnapshotInfo[] = [];
      return {
        uploadProject: async (snapshotId, path, options) => {
          try {
            return await good.uploadProject(snapshotId, path, options);
          } catch (error) {
            const facts = { uri: '', projectName: '', workflowName: null, files: 0, size: 0, createTime: 0 };
            if (isAIFlowError(error, 'blob.changed')) failed.push({ snapshotId, ...facts });
            throw error;
          }
        },
        listSnapshots: async () => [...(await good.listSnapshots()), ...failed],
      };
    },
    fails: [
      'a file that is not what the manifest says is blob.changed, and nothing becomes visible',
      'a file that has become a link is blob.changed, also when the link leads to the same content',
      'a file below a directory that has become a link out of the project is not followed',
    ],
  },
  {
    breaks: 'a broken id makes a directory',
    mutate: (good, { directory }) => ({
      readManifest: async (id, uri) => {
        await mkdir(join(directory, 'seen'), { recursive: true });
        return await good.readManifest(id, uri);
      },
    }),
    fails: ['an id that is no snapshot id is refused by every method'],
  },
  {
    breaks: 'any uri will do',
    mutate: (good, { directory }) => ({
      downloadProject: async (id, _, ...rest) =>
        await good.downloadProject(id, `file://${directory}/${id}`, ...rest),
    }),
    fails: ['a uri of another store, or that leads out of this one, is refused'],
  },
  {
    breaks: 'the oldest is listed first',
    mutate: (good) => ({ listSnapshots: async () => (await good.listSnapshots()).toReversed() }),
    fails: [
      'an id that is stored is not stored again, has the same uri, and is then the last used',
      'listSnapshots says of each what it is, newest first, also on another machine',
    ],
  },
  {
    breaks: 'removing one removes the objects of others',
    mutate: (good, { directory }) => ({
      removeSnapshots: async (ids) => {
        const freed = await good.removeSnapshots(ids);
        await rm(join(directory, 'objects'), { recursive: true, force: true });
        return freed;
      },
    }),
    fails: [
      'removeSnapshots removes a snapshot and leaves whole what others share with it',
      'removeSnapshots leaves what was used at the time that it is given, or later',
    ],
  },
];

describe('the blob manager suite', () => {
  suite()({ describe, it });

  for (const { breaks, mutate, fails } of mutants) {
    it(`notices that ${breaks}`, async () => {
      expect((await failuresOf(suite(mutate))).map(({ name }) => name)).toEqual(fails);
    });
  }
});
