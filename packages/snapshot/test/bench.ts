import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { Manifest } from '@aiflow/core';
import { snapshotProject } from '@aiflow/core';
import type { StoreBlobManagerOptions } from '../src/index.ts';
import { StoreBlobManager } from '../src/index.ts';
import { removeTree } from '../src/remove-tree.ts';
import { MemoryStore } from './memory-store.ts';

export interface Made {
  readonly snapshotId: string;
  readonly manifest: Manifest;
  readonly path: string;
}

/** A store in memory, a manager over it, and room for projects and copies. */
export class Bench {
  readonly base: string = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-store-')));
  readonly cacheDir: string = join(this.base, 'cache');
  readonly store: MemoryStore = new MemoryStore();
  readonly blob: StoreBlobManager = this.manager(this.cacheDir);
  #made = 0;

  manager(cacheDir: string, more: Partial<StoreBlobManagerOptions> = {}): StoreBlobManager {
    return new StoreBlobManager({ store: this.store, config: {}, cacheDir, ...more });
  }

  /** What lies in the directory of shared copies, but for what is kept about them. */
  copies(): string[] {
    if (!existsSync(this.cacheDir)) return [];
    return readdirSync(this.cacheDir).filter((name) => !['.indexes', '.notes', '.users'].includes(name));
  }

  fresh(label: string): string {
    this.#made += 1;
    return join(this.base, `${label}-${this.#made}`);
  }

  /** Writes files (links as `-> target`), and says what a snapshot of them is. */
  async project(tree: Readonly<Record<string, string>>): Promise<Made> {
    const path = this.fresh('project');
    mkdirSync(path);
    for (const [name, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      if (text.startsWith('-> ')) symlinkSync(text.slice(3), join(path, name));
      else writeFileSync(join(path, name), text);
    }
    return await this.snapshot(path);
  }

  /** Says what a snapshot of a directory is; with `blob`, many files are read for its store too. */
  async snapshot(path: string, blob?: StoreBlobManager): Promise<Made> {
    const made = await snapshotProject({
      projectPath: path,
      projectName: 'bench',
      workflowName: null,
      plugins: [],
      overlay: null,
      indexPath: null,
      blob,
    });
    return { ...made, path };
  }

  async upload({ snapshotId, path, manifest }: Made, signal?: AbortSignal): Promise<string> {
    return await this.blob.uploadProject(snapshotId, path, { manifest, ...(signal && { signal }) });
  }

  async dispose(): Promise<void> {
    await removeTree(this.cacheDir);
    rmSync(this.base, { recursive: true, force: true });
  }
}

/** The texts of the files below a directory, by path; links are not followed. */
export function readTexts(root: string): Record<string, string> {
  const texts: Record<string, string> = {};
  const pending = [root];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile()) texts[relative(root, path)] = readFileSync(path, 'utf8');
    }
  }
  return texts;
}
