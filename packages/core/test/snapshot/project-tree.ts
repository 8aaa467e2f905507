import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ManifestEntry, SnapshotProjectOptions } from '../../src/index.ts';
import { snapshotProject } from '../../src/index.ts';

/** What a path holds: a file's text, a link's target, or an empty directory. */
export type Item = string | { readonly link: string } | 'directory:';

/** A directory of its own for a test, with a project in it. */
export class Bench {
  readonly base: string = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-snapshot-')));
  readonly project: string = join(this.base, 'project');
  readonly overlay: string = join(this.base, 'overlay');
  readonly indexPath: string = join(this.base, 'state', 'index');

  constructor(tree: Readonly<Record<string, Item>> = {}) {
    mkdirSync(this.project);
    this.write(tree);
  }

  write(tree: Readonly<Record<string, Item>>, root: string = this.project): void {
    for (const [path, item] of Object.entries(tree)) {
      const target = join(root, path);
      mkdirSync(item === 'directory:' ? target : dirname(target), { recursive: true });
      if (item === 'directory:') continue;
      if (typeof item === 'string') writeFileSync(target, item);
      else symlinkSync(item.link, target);
      if (typeof item === 'string') chmodSync(target, item.startsWith('#!') ? 0o755 : 0o644);
    }
  }

  async snapshot(options: Partial<SnapshotProjectOptions> = {}): ReturnType<typeof snapshotProject> {
    return await snapshotProject({
      projectPath: this.project,
      projectName: 'bench',
      workflowName: null,
      plugins: [],
      overlay: null,
      indexPath: null,
      ...options,
    });
  }

  /** The paths of a snapshot, each with what it is. */
  async entries(options: Partial<SnapshotProjectOptions> = {}): Promise<Record<string, string>> {
    const { manifest } = await this.snapshot(options);
    return Object.fromEntries(manifest.entries.map((entry) => [entry.path, describeEntry(entry)]));
  }

  dispose(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}

function describeEntry(entry: ManifestEntry): string {
  switch (entry.type) {
    case 'file':
      return `${entry.executable ? 'program' : 'file'} ${entry.size}`;
    case 'link':
      return `link ${entry.target}`;
    case 'directory':
      return 'directory';
  }
}
