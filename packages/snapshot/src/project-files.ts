import { hash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ManifestEntry } from '@aiflow/core';
import { AIFlowError, errorCode, generatedDirectory, isAIFlowError, messageOf } from '@aiflow/core';

export type FileEntry = Extract<ManifestEntry, { readonly type: 'file' }>;

/** Neither follows a link that took a file's place, nor waits at a pipe that did. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The files of a project that a manifest names, read so that no link is followed and nothing is given that the
 * manifest does not say: a file that is not what it was is `blob.changed`.
 */
export class ProjectFiles {
  readonly #project: string;
  readonly #overlay: string | null;
  /** Directories that are known to be where their path says. */
  readonly #plain = new Set<string>();

  constructor(projectPath: string, overlay: string | undefined) {
    this.#project = realRoot(projectPath);
    this.#overlay = overlay === undefined ? null : realRoot(overlay);
  }

  /** The bytes of a file, checked. */
  read(entry: FileEntry): Uint8Array {
    const root = this.#rootOf(entry);
    const path = join(root, entry.path);
    try {
      this.#checkDirectory(root, entry);
      return readFile(path, entry);
    } catch (error) {
      throw notAsSaid(entry, error);
    }
  }

  #rootOf(entry: FileEntry): string {
    if (!entry.path.startsWith(`${generatedDirectory}/`)) return this.#project;
    if (this.#overlay !== null) return this.#overlay;
    throw new AIFlowError(
      'blob.no_overlay',
      `the manifest names "${entry.path}", which was generated: the option "overlay" must say where it lies`,
      { context: { path: entry.path } },
    );
  }

  /** A directory that has become a link would lead the reading elsewhere. */
  #checkDirectory(root: string, entry: FileEntry): void {
    const directory = join(root, entry.path, '..');
    if (this.#plain.has(directory)) return;
    if (realpathSync(directory) !== directory) throw changed(entry, 'its directory has become a link');
    this.#plain.add(directory);
  }
}

function realRoot(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new AIFlowError('blob.no_project', `the project ${path} cannot be read: ${messageOf(error)}`, {
      context: { path, systemCode: errorCode(error) },
      cause: error,
    });
  }
}

function readFile(path: string, entry: FileEntry): Uint8Array {
  const descriptor = openSync(path, openFlags);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size !== entry.size) throw changed(entry);
    const bytes = Buffer.allocUnsafe(entry.size);
    let length = 0;
    while (length < bytes.length) {
      const read = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (read === 0) throw changed(entry);
      length += read;
    }
    if (hash('sha256', bytes, 'hex') !== entry.sha256) throw changed(entry);
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** What the file system says of a path that has become something else: gone, below a file, or a link. */
const changes = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'];

function notAsSaid(entry: FileEntry, error: unknown): AIFlowError {
  if (isAIFlowError(error)) return error;
  const systemCode = errorCode(error);
  if (systemCode !== null && changes.includes(systemCode)) return changed(entry, messageOf(error));
  return new AIFlowError(
    'blob.unreadable',
    `"${entry.path}" of the project cannot be read: ${messageOf(error)}`,
    {
      context: { path: entry.path, systemCode },
      cause: error,
    },
  );
}

function changed(entry: FileEntry, why = 'its content is another'): AIFlowError {
  return new AIFlowError(
    'blob.changed',
    `"${entry.path}" is not what it was when the snapshot's manifest was made (${why}): make the snapshot again`,
    { context: { path: entry.path } },
  );
}
