import { createHash } from 'node:crypto';
import type { PluginVersion } from '../compile/workflow.ts';
import { canonicalJson } from '../json.ts';

/** The version of the manifest's shape. */
export const manifestFormat = 1;

/** Something in a snapshot. Paths are relative, with `/`, in Unicode as the file system gave them. */
export type ManifestEntry =
  | {
      readonly type: 'file';
      readonly path: string;
      /** In bytes. */
      readonly size: number;
      readonly executable: boolean;
      /** In lower-case hexadecimal. */
      readonly sha256: string;
    }
  /** A symbolic link to a relative target that stays inside the project. */
  | { readonly type: 'link'; readonly path: string; readonly target: string }
  /** A directory that holds nothing; others follow from the paths. */
  | { readonly type: 'directory'; readonly path: string };

/** All that a snapshot is. Two projects that are equal have equal manifests, whenever and wherever they were made. */
export interface Manifest {
  readonly format: typeof manifestFormat;
  readonly projectName: string;
  readonly workflowName: string | null;
  readonly plugins: readonly PluginVersion[];
  /** The package manager's lock file, so that running it again with other packages can be noticed. */
  readonly lockfile: { readonly path: string; readonly sha256: string } | null;
  /** Sorted by path, in code unit order. */
  readonly entries: readonly ManifestEntry[];
}

/** Where the paths of what was generated begin; a project's own directory of that name is not part of a snapshot. */
export const generatedDirectory = 'generated';

/** The one text of a manifest: its canonical JSON, which is what a store keeps. */
export function manifestText(manifest: Manifest): string {
  return [...pieces(manifest)].join('');
}

/** So many entries are one piece of the text. */
const together = 250;

/**
 * The text piece by piece: all of it at once is megabytes, which the id has no need of. "entries" sorts before every
 * other key. Written out, because the general way takes five times as long for the tens of thousands of entries that a
 * snapshot of an unchanged project goes through.
 */
function* pieces(manifest: Manifest): Generator<string> {
  const { entries, ...rest } = manifest;
  yield '{"entries":[';
  for (let from = 0; from < entries.length; from += together) {
    const some = entries
      .slice(from, from + together)
      .map(entryText)
      .join(',');
    yield from === 0 ? some : `,${some}`;
  }
  yield `],${canonicalJson(rest).slice(1)}`;
}

function entryText(entry: ManifestEntry): string {
  const path = JSON.stringify(entry.path);
  switch (entry.type) {
    case 'file': {
      const { executable, sha256, size } = entry;
      return `{"executable":${executable},"path":${path},"sha256":"${sha256}","size":${size},"type":"file"}`;
    }
    case 'link':
      return `{"path":${path},"target":${JSON.stringify(entry.target)},"type":"link"}`;
    case 'directory':
      return `{"path":${path},"type":"directory"}`;
  }
}

/** Where, in a snapshot, the directories begin that the generators of a workflow's jobs wrote. */
export function generatedJobs(workflowName: string): string {
  return `${generatedDirectory}/${workflowName}/jobs`;
}

/** The id of a snapshot: the SHA-256, in hexadecimal, of its manifest's {@link manifestText}. */
export function snapshotIdOf(manifest: Manifest): string {
  const sum = createHash('sha256');
  for (const piece of pieces(manifest)) sum.update(piece);
  return sum.digest('hex');
}

/** Whether a string has the form of a snapshot id. */
export function isSnapshotId(value: string): boolean {
  return /^[0-9a-f]{64}$/.test(value);
}
