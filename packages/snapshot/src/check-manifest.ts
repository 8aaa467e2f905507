import type { Json, Manifest, ManifestEntry } from '@aiflow/core';
import { AIFlowError, isJsonObject, isName, isSnapshotId, leadsOutside, manifestFormat } from '@aiflow/core';

/** Linux's PATH_MAX: nothing longer can be opened. */
const longestPath = 4096;

/**
 * Gives a manifest from outside back, once it is sure that making its files can touch nothing but the directory they
 * are made in: every path is relative and plain, no two are the same, none lies below a file or a link, and no link
 * leads out. Throws `blob.invalid_manifest`, or `blob.unsupported_manifest` for the format of a later version.
 */
export function checkManifest(value: unknown): Manifest {
  if (!isJsonObject(value)) throw invalid('it must be an object');
  if (value['format'] !== manifestFormat) {
    throw new AIFlowError(
      'blob.unsupported_manifest',
      `the snapshot's manifest must have format ${manifestFormat}, not ${JSON.stringify(value['format'] ?? null)}: ` +
        `a later version of @aiflow/snapshot may read it`,
    );
  }
  const { projectName, workflowName, plugins, lockfile, entries } = value;
  if (typeof projectName !== 'string' || !isName(projectName)) throw invalid('projectName must be a name');
  if (workflowName !== null && (typeof workflowName !== 'string' || !isName(workflowName))) {
    throw invalid('workflowName must be a name or null');
  }
  if (!Array.isArray(plugins) || !plugins.every(isPluginVersion))
    throw invalid('plugins must be a list of versions');
  if (lockfile !== null && !isLockfile(lockfile))
    throw invalid('lockfile must have a path and a sha256, or be null');
  if (!Array.isArray(entries)) throw invalid('entries must be a list');
  checkEntries(entries);
  return value as unknown as Manifest;
}

function checkEntries(
  entries: readonly Json[],
): asserts entries is readonly ManifestEntry[] & readonly Json[] {
  const leaves = new Set<string>();
  const links = new Map<string, string>();
  let last = '';
  for (const entry of entries) {
    if (!isEntry(entry)) throw invalid(`entry ${shown(entry)} is not a file, link or directory`);
    if (!isPlainPath(entry.path)) throw invalid(`path ${shown(entry.path)} must be relative and plain`);
    if (entry.path <= last) throw invalid(`path ${shown(entry.path)} comes twice or out of order`);
    last = entry.path;
    leaves.add(entry.path);
    if (entry.type === 'link') links.set(entry.path, entry.target);
  }
  const directories = new Set<string>();
  for (const path of leaves) checkParents(path, leaves, directories);
  for (const [path, target] of links) {
    if (leadsOutside(path, target, links))
      throw invalid(`link ${shown(path)} leads out, to ${shown(target)}`);
  }
}

/** Every directory above a path must be one that follows from paths only. Each is looked at once. */
function checkParents(path: string, leaves: ReadonlySet<string>, known: Set<string>): void {
  for (let end = path.lastIndexOf('/'); end !== -1; end = path.lastIndexOf('/', end - 1)) {
    const parent = path.slice(0, end);
    if (known.has(parent)) return;
    if (leaves.has(parent))
      throw invalid(`path ${shown(path)} lies below ${shown(parent)}, which has an entry itself`);
    known.add(parent);
  }
}

/** A part that is empty, `.` or `..`. */
const unplainPart = /(?:^|\/)\.{0,2}(?:\/|$)/;

function isPlainPath(path: string): boolean {
  return path.length <= longestPath && isPlainText(path) && !unplainPart.test(path);
}

function isPlainText(text: string): boolean {
  return text !== '' && text.isWellFormed() && !text.includes('\0') && !text.includes('\\');
}

function isEntry(value: Json): value is ManifestEntry & Json {
  if (!isJsonObject(value) || typeof value['path'] !== 'string') return false;
  const { type, size, executable, sha256, target } = value;
  if (type === 'file') return isSize(size) && typeof executable === 'boolean' && isSha256(sha256);
  if (type === 'link')
    return typeof target === 'string' && target.length <= longestPath && isPlainText(target);
  return type === 'directory';
}

function isSize(value: Json | undefined): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isSha256(value: Json | undefined): boolean {
  return typeof value === 'string' && isSnapshotId(value); // the same form
}

function isLockfile(value: Json | undefined): boolean {
  return isJsonObject(value) && typeof value['path'] === 'string' && isSha256(value['sha256']);
}

function isPluginVersion(value: Json): boolean {
  return (
    isJsonObject(value) &&
    ['kind', 'name', 'package', 'version'].every((key) => typeof value[key] === 'string')
  );
}

function invalid(what: string): AIFlowError {
  return new AIFlowError('blob.invalid_manifest', `the snapshot's manifest cannot be used: ${what}`);
}

function shown(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
