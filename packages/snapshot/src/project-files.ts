import { realpathSync } from 'node:fs';
import type { ManifestEntry } from '@aiflow/core';
import { AIFlowError, errorCode, generatedDirectory, messageOf } from '@aiflow/core';
import type { WantedFile } from './read-project.ts';

export type FileEntry = Extract<ManifestEntry, { readonly type: 'file' }>;

/** Where the files of a project lie that a manifest names: in the project, or in the overlay that was laid over it. */
export class ProjectFiles {
  readonly #project: string;
  readonly #overlay: string | null;

  constructor(projectPath: string, overlay: string | undefined) {
    this.#project = realRoot(projectPath);
    this.#overlay = overlay === undefined ? null : realRoot(overlay);
  }

  find({ path, size, sha256 }: FileEntry): WantedFile {
    return { root: this.#rootOf(path), path, size, sha256 };
  }

  #rootOf(path: string): string {
    if (!path.startsWith(`${generatedDirectory}/`)) return this.#project;
    if (this.#overlay !== null) return this.#overlay;
    throw new AIFlowError(
      'blob.no_overlay',
      `the manifest names "${path}", which was generated: the option "overlay" must say where it lies`,
      { context: { path } },
    );
  }
}

/** The path with no link on the way; `blob.no_project` for one that is not there. */
export function realRoot(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    throw new AIFlowError('blob.no_project', `the project ${path} cannot be read: ${messageOf(error)}`, {
      context: { path, systemCode: errorCode(error) },
      cause: error,
    });
  }
}
