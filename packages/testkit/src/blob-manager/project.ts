import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Manifest, ManifestEntry } from '@aiflow/core';
import { manifestFormat, snapshotIdOf } from '@aiflow/core';

/** What a path of a project holds. */
type ProjectItem =
  | { readonly type: 'file'; readonly content: string | Uint8Array; readonly executable?: boolean }
  | { readonly type: 'link'; readonly target: string }
  | { readonly type: 'directory' };

export type ProjectTree = Readonly<Record<string, ProjectItem>>;

/** A project on disk, and what a snapshot of it is. */
export interface WrittenProject {
  readonly path: string;
  readonly manifest: Manifest;
  readonly snapshotId: string;
}

const file = (content: string | Uint8Array, executable = false): ProjectItem => ({
  type: 'file',
  content,
  executable,
});

// More than the pieces that files are usually read in, and not a multiple of them.
const large = new Uint8Array(1024 * 1024 + 3).map((_, index) => (index * 31) % 251);

/** One of each thing that a project can hold. */
export function everyKind(): ProjectTree {
  return {
    'project.yaml': file('project_name: conformance\n'),
    'empty.txt': file(''),
    'resources/run.sh': file('#!/bin/sh\necho ok\n', true),
    'resources/copy-of-run.sh': file('#!/bin/sh\necho ok\n'),
    'resources/ünïcode 名前 🐧.txt': file('named in many scripts'),
    'resources/with spaces and \'quotes".txt': file('quoted'),
    'resources/large.bin': file(large),
    'resources/deep/er/and/deeper/file.txt': file('deep'),
    'resources/link-to-file': { type: 'link', target: 'run.sh' },
    'resources/link-up': { type: 'link', target: '../project.yaml' },
    'resources/link-to-directory': { type: 'link', target: 'deep/er' },
    'resources/nothing-here': { type: 'directory' },
  };
}

export function smallProject(content: string): ProjectTree {
  return { 'project.yaml': file('project_name: conformance\n'), 'resources/data.txt': file(content) };
}

/** Writes the project; its manifest is made from what was written and not by the code under test. */
export async function writeProject(path: string, tree: ProjectTree): Promise<WrittenProject> {
  const entries: ManifestEntry[] = [];
  for (const [name, item] of Object.entries(tree)) {
    const target = join(path, name);
    await mkdir(item.type === 'directory' ? target : dirname(target), { recursive: true });
    entries.push(await writeItem(target, name, item));
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest: Manifest = {
    format: manifestFormat,
    projectName: 'conformance',
    workflowName: null,
    plugins: [],
    lockfile: null,
    entries,
  };
  return { path, manifest, snapshotId: snapshotIdOf(manifest) };
}

async function writeItem(target: string, path: string, item: ProjectItem): Promise<ManifestEntry> {
  switch (item.type) {
    case 'directory':
      return { type: 'directory', path };
    case 'link':
      await symlink(item.target, target);
      return { type: 'link', path, target: item.target };
    case 'file': {
      const bytes = Buffer.from(item.content);
      await writeFile(target, bytes);
      const executable = item.executable ?? false;
      await chmod(target, executable ? 0o755 : 0o644);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { type: 'file', path, size: bytes.length, executable, sha256 };
    }
  }
}

/** What lies below a directory, in the manifest's own terms; links are not followed. */
export async function readEntries(root: string): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  const pending = [root];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const children = await readdir(directory, { withFileTypes: true });
    if (children.length === 0 && directory !== root)
      entries.push({ type: 'directory', path: relative(root, directory) });
    for (const child of children) {
      const path = join(directory, child.name);
      if (child.isDirectory()) pending.push(path);
      else entries.push(await readEntry(path, relative(root, path), child.isSymbolicLink()));
    }
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readEntry(absolute: string, path: string, isLink: boolean): Promise<ManifestEntry> {
  if (isLink) return { type: 'link', path, target: await readlink(absolute) };
  const bytes = await readFile(absolute);
  const executable = ((await stat(absolute)).mode & 0o111) !== 0;
  return {
    type: 'file',
    path,
    size: bytes.length,
    executable,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}
