import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { BlobManager, Manifest, ManifestEntry, SnapshotInfo } from '@aiflow/core';
import {
  AIFlowError,
  canonicalJson,
  errorCode,
  generatedDirectory,
  isSnapshotId,
  resolveInside,
  shownConfig,
  snapshotIdOf,
} from '@aiflow/core';
import type { StorePlace } from '../../src/index.ts';

/** A blob manager of files that is as small as one can be that keeps every promise. */
export function openReferenceBlob({ directory, host }: StorePlace): BlobManager {
  const location = `file://${directory}`;
  const objects = join(directory, 'objects');
  const manifests = join(directory, 'manifests');
  const copies = join(host.stateDir, 'copies');
  const manifestFile = (id: string): string => join(manifests, `${checkId(id)}.json`);
  const checkUri = (id: string, uri: string): void => {
    checkId(id);
    if (uri !== `${location}/${id}`) throw new AIFlowError('blob.foreign_uri', `${uri} is not of this store`);
  };

  const readManifest = async (id: string, uri: string): Promise<Manifest> => {
    checkUri(id, uri);
    if (!existsSync(manifestFile(id))) throw new AIFlowError('blob.not_found', `there is no snapshot ${id}`);
    const text = await readFile(manifestFile(id), 'utf8');
    if (sha256(text) !== id) throw new AIFlowError('blob.corrupt', `the manifest of ${id} is damaged`);
    return JSON.parse(text) as Manifest;
  };

  const restore = async (id: string, uri: string, target: string, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    const manifest = await readManifest(id, uri);
    const temporary = `${target}.${randomUUID()}`;
    try {
      await mkdir(temporary, { recursive: true });
      for (const entry of manifest.entries) {
        signal?.throwIfAborted();
        await restoreEntry(objects, temporary, entry);
      }
      for (const path of await directoriesOf(temporary)) await chmod(path, 0o555);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  };

  const listSnapshots = async (): Promise<SnapshotInfo[]> => {
    const found: SnapshotInfo[] = [];
    for (const name of existsSync(manifests) ? await readdir(manifests) : []) {
      if (!name.endsWith('.json')) continue;
      const snapshotId = name.slice(0, -5);
      const uri = `${location}/${snapshotId}`;
      const { projectName, workflowName, entries } = await readManifest(snapshotId, uri);
      const files = entries.filter((entry) => entry.type === 'file');
      const size = files.reduce((sum, entry) => sum + entry.size, 0);
      const createTime = (await lstat(join(manifests, name))).mtimeMs;
      found.push({ snapshotId, uri, projectName, workflowName, files: files.length, size, createTime });
    }
    return found.sort((a, b) => b.createTime - a.createTime);
  };

  return {
    config: shownConfig({ directory }),
    readManifest,
    listSnapshots,
    uploadProject: async (id, projectPath, options) => {
      const { manifest, overlay, signal } = options ?? {};
      checkId(id);
      signal?.throwIfAborted();
      if (manifest === undefined || snapshotIdOf(manifest) !== id)
        throw new AIFlowError('blob.wrong_id', `${id} is not the id of the manifest`);
      for (const entry of manifest.entries) checkEntry(entry);
      await mkdir(objects, { recursive: true });
      await mkdir(manifests, { recursive: true });
      for (const entry of manifest.entries) {
        signal?.throwIfAborted();
        const root =
          overlay !== undefined && entry.path.startsWith(`${generatedDirectory}/`) ? overlay : projectPath;
        if (entry.type === 'file')
          await writeOnce(join(objects, entry.sha256), await readChecked(root, entry));
      }
      await writeOnce(manifestFile(id), Buffer.from(canonicalJson(manifest)));
      await utimes(manifestFile(id), new Date(), new Date());
      return `${location}/${id}`;
    },
    downloadProject: async (id, uri, localPath, { signal } = {}) => {
      checkUri(id, uri);
      if (localPath !== undefined) {
        if (existsSync(localPath)) throw new AIFlowError('blob.path_taken', `${localPath} exists`);
        await restore(id, uri, localPath, signal);
        return localPath;
      }
      const copy = join(copies, id);
      if (existsSync(copy)) return copy;
      try {
        await restore(id, uri, copy, signal);
      } catch (error) {
        // Another was quicker: a directory that is not empty is not replaced by a rename.
        if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') throw error;
      }
      return copy;
    },
    cleanupProject: async (id, uri) => {
      checkUri(id, uri);
      const gone = join(copies, `${id}.${randomUUID()}.gone`);
      try {
        await rename(join(copies, id), gone);
      } catch (error) {
        if (errorCode(error) === 'ENOENT') return;
        throw error;
      }
      for (const path of await directoriesOf(gone)) await chmod(path, 0o755);
      await rm(gone, { recursive: true });
    },
    removeSnapshots: async (ids, { unusedSince = Infinity } = {}) => {
      const used = (await listSnapshots()).filter(({ createTime }) => createTime >= unusedSince);
      const spared = new Set(used.map(({ snapshotId }) => snapshotId));
      for (const id of ids) if (!spared.has(checkId(id))) await rm(manifestFile(id), { force: true });
      const kept = new Set<string>();
      for (const { snapshotId, uri } of await listSnapshots()) {
        const { entries } = await readManifest(snapshotId, uri);
        for (const entry of entries) if (entry.type === 'file') kept.add(entry.sha256);
      }
      let freed = 0;
      for (const name of existsSync(objects) ? await readdir(objects) : []) {
        if (kept.has(name)) continue;
        freed += (await lstat(join(objects, name))).size;
        await rm(join(objects, name));
      }
      return freed;
    },
  };
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function checkId(id: string): string {
  if (!isSnapshotId(id)) throw new AIFlowError('blob.invalid_id', `${JSON.stringify(id)} is no snapshot id`);
  return id;
}

function checkEntry(entry: ManifestEntry): void {
  const { path } = entry;
  resolveInside('/root', path);
  if (path === '' || posix.normalize(path) !== path || path === '.')
    throw new AIFlowError('path.outside', `${path} is no proper path`);
  if (entry.type === 'link')
    resolveInside(
      '/root',
      posix.isAbsolute(entry.target) ? entry.target : posix.join(dirname(path), entry.target),
    );
}

async function readChecked(
  root: string,
  entry: ManifestEntry & { readonly type: 'file' },
): Promise<Uint8Array> {
  const changed = new AIFlowError('blob.changed', `${entry.path} is not what the manifest says`);
  const path = join(root, entry.path);
  try {
    const parent = join(await realpath(root), dirname(entry.path));
    if (!(await lstat(path)).isFile() || (await realpath(dirname(path))) !== parent) throw changed;
    const bytes = await readFile(path);
    if (sha256(bytes) !== entry.sha256) throw changed;
    return bytes;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw changed;
    throw error;
  }
}

async function writeOnce(path: string, bytes: Uint8Array): Promise<void> {
  if (existsSync(path)) return;
  const temporary = `${path}.${randomUUID()}`;
  await writeFile(temporary, bytes);
  await rename(temporary, path);
}

async function restoreEntry(objects: string, root: string, entry: ManifestEntry): Promise<void> {
  const path = resolveInside(root, entry.path);
  await mkdir(entry.type === 'directory' ? path : dirname(path), { recursive: true });
  if (entry.type === 'link') await symlink(entry.target, path);
  if (entry.type !== 'file') return;
  const bytes = await readFile(join(objects, entry.sha256));
  if (sha256(bytes) !== entry.sha256)
    throw new AIFlowError('blob.corrupt', `${entry.path} is damaged in the store`);
  await writeFile(path, bytes);
  await chmod(path, entry.executable ? 0o555 : 0o444);
}

async function directoriesOf(root: string): Promise<string[]> {
  const inside = await readdir(root, { recursive: true, withFileTypes: true });
  return [
    root,
    ...inside.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name)),
  ];
}

/** Changes one byte of everything that is stored. */
export async function corruptReferenceBlob({ directory }: StorePlace): Promise<void> {
  for (const name of await readdir(join(directory, 'objects'))) {
    const path = join(directory, 'objects', name);
    const bytes = await readFile(path);
    if (bytes.length > 0) bytes[0] = (bytes[0] ?? 0) ^ 1;
    await writeFile(path, bytes);
  }
}
