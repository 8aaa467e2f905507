import { realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { PluginVersion } from '../compile/workflow.ts';
import { AIFlowError, errorCode, messageOf } from '../errors.ts';
import type { BlobManager } from './blob-manager.ts';
import { FileTable } from './file-table.ts';
import { hashFiles } from './hash-files.ts';
import { ignoreFile } from './ignore.ts';
import { readIndex, takeTime, writeIndex } from './index-file.ts';
import { leadsOutside } from './links.ts';
import type { Manifest, ManifestEntry } from './manifest.ts';
import { generatedDirectory, manifestFormat, snapshotIdOf } from './manifest.ts';
import type { SnapshotProblem } from './problem.ts';
import { snapshotError } from './problem.ts';
import type { Walk } from './walk.ts';
import { walk } from './walk.ts';

export interface SnapshotProjectOptions {
  readonly projectPath: string;
  readonly projectName: string;
  readonly workflowName: string | null;
  /** With which plugins the workflow was compiled. */
  readonly plugins: readonly PluginVersion[];
  /** A directory whose `generated/` is laid over the project; null, or one without it, lays nothing. */
  readonly overlay: string | null;
  /** Where the index is kept, which makes the next snapshot of this project cheap; null for none. */
  readonly indexPath: string | null;
  /** Directories inside the project that are not part of it, such as a state directory; they need not exist. */
  readonly leaveOut?: readonly string[];
  /** The blob manager that the snapshot will be uploaded to: it reads the files, where it can and they are many. */
  readonly blob?: Pick<BlobManager, 'storeFiles'> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ProjectSnapshot {
  readonly snapshotId: string;
  readonly manifest: Manifest;
}

/** The lock files of package managers, best known first. Only one at the project's root counts. */
const lockfiles = ['pnpm-lock.yaml', 'package-lock.json', 'yarn.lock', 'bun.lock', 'bun.lockb'];

/**
 * Says what a snapshot of the project holds, and its id, by walking it once; nothing is copied. Equal content gives
 * an equal id, whatever the files' times and order. Files that have not changed since the last call with the same
 * `indexPath` are not read.
 *
 * All that a snapshot cannot hold comes in one error: `snapshot.link_outside`, `snapshot.special_file`,
 * `snapshot.invalid_name`, `snapshot.unreadable`, `snapshot.changed` (a file that did not hold still), or
 * `snapshot.invalid` when they differ. Also throws `snapshot.no_project`, `snapshot.index_unusable` and
 * `snapshot.thread_failed`, and what the blob manager's `storeFiles` throws.
 */
export async function snapshotProject(options: SnapshotProjectOptions): Promise<ProjectSnapshot> {
  const { indexPath, blob, signal } = options;
  signal?.throwIfAborted();
  const root = findProject(options.projectPath);
  const time = indexPath === null ? 0 : takeTime(indexPath);
  const index = indexPath === null ? null : readIndex(indexPath, root);
  const leaveOut = new Set((options.leaveOut ?? []).map(realPath));
  const project = await walk(root, { ignoring: true, leaveOut, signal });
  const overlay = await walkOverlay(options.overlay, signal);
  refuse([...project.problems, ...overlay.problems, ...linkProblems(project, overlay)]);

  const own = await hashFiles(root, project.files, index, { blob, signal });
  const laid = await hashFiles(options.overlay ?? '', overlay.files, null, { signal });
  refuse([...own.problems, ...laid.problems]);
  if (indexPath !== null && (own.read > 0 || index?.count !== project.files.count)) {
    writeIndex(indexPath, root, time, project.files, own.hashes);
  }

  const entries: ManifestEntry[] = [
    ...fileEntries(project.files, own.hashes),
    ...fileEntries(overlay.files, laid.hashes),
  ];
  for (const part of [project, overlay]) {
    for (const [path, target] of part.links) entries.push({ type: 'link', path, target });
    for (const path of part.emptyDirectories) entries.push({ type: 'directory', path });
  }
  entries.sort((a, b) => (a.path < b.path ? -1 : 1));
  const manifest: Manifest = {
    format: manifestFormat,
    projectName: options.projectName,
    workflowName: options.workflowName,
    plugins: options.plugins,
    lockfile: findLockfile(entries),
    entries,
  };
  return { snapshotId: snapshotIdOf(manifest), manifest };
}

function fileEntries(files: FileTable, hashes: readonly string[]): ManifestEntry[] {
  return hashes.map((sha256, at) => {
    const { size, executable } = files.stat(at);
    return { type: 'file', path: files.path(at), size, executable, sha256 };
  });
}

function findProject(projectPath: string): string {
  try {
    const root = realpathSync(projectPath);
    if (statSync(root).isDirectory()) return root;
    throw new AIFlowError('snapshot.no_project', `the project ${projectPath} must be a directory`);
  } catch (error) {
    if (error instanceof AIFlowError) throw error;
    throw new AIFlowError(
      'snapshot.no_project',
      `the project ${projectPath} cannot be read: ${messageOf(error)}`,
      {
        context: { path: projectPath },
        cause: error,
      },
    );
  }
}

/** A path with the links on the way resolved, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return resolve(path);
    throw error;
  }
}

const nothing: Walk = { files: new FileTable(), links: new Map(), emptyDirectories: [], problems: [] };

/** What was generated, with its paths as they are in the snapshot. */
async function walkOverlay(overlay: string | null, signal: AbortSignal | undefined): Promise<Walk> {
  if (overlay === null) return nothing;
  const root = join(overlay, generatedDirectory);
  if (statSync(root, { throwIfNoEntry: false }) === undefined) return nothing;
  const found = await walk(root, { ignoring: false, signal });
  const laid = (path: string): string => `${generatedDirectory}/${path}`;
  return {
    files: found.files.renamed(laid),
    links: new Map([...found.links].map(([path, target]) => [laid(path), target])),
    emptyDirectories: found.emptyDirectories.map(laid),
    problems: found.problems.map((problem) => ({ ...problem, path: laid(problem.path) })),
  };
}

function linkProblems(project: Walk, overlay: Walk): SnapshotProblem[] {
  const links = new Map([...project.links, ...overlay.links]);
  return [...links]
    .filter(([path, target]) => leadsOutside(path, target, links))
    .map(([path, target]) => ({
      code: 'snapshot.link_outside',
      path,
      message:
        `a link must lead to a relative path inside the project, and this one leads to ${JSON.stringify(target)}: ` +
        `copy what it leads to, or add it to ${ignoreFile}`,
    }));
}

function refuse(problems: readonly SnapshotProblem[]): void {
  if (problems.length > 0) throw snapshotError(problems);
}

function findLockfile(entries: readonly ManifestEntry[]): Manifest['lockfile'] {
  for (const path of lockfiles) {
    const found = entries.find((entry) => entry.path === path);
    if (found?.type === 'file') return { path, sha256: found.sha256 };
  }
  return null;
}
