import type { Dirent } from 'node:fs';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { errorCode, messageOf } from '../errors.ts';
import { fileStat } from './file-stat.ts';
import { FileTable } from './file-table.ts';
import type { IgnoreRules } from './ignore.ts';
import { ignoreFile, judgeEntry, parseIgnoreFile, virtualEnvironmentFile } from './ignore.ts';
import type { SnapshotProblem, SnapshotProblemCode } from './problem.ts';

/** What a walk found, in no particular order. */
export interface Walk {
  readonly files: FileTable;
  /** Path → target. */
  readonly links: Map<string, string>;
  /** Directories from which nothing was taken. */
  readonly emptyDirectories: string[];
  readonly problems: SnapshotProblem[];
}

export interface WalkOptions {
  /** Whether ignore files and the default rules hold. */
  readonly ignoring: boolean;
  /** Absolute paths that are left out with all below them. */
  readonly leaveOut?: ReadonlySet<string>;
  readonly signal?: AbortSignal | undefined;
}

interface Directory {
  readonly path: string;
  readonly parent: Directory | null;
  readonly rules: IgnoreRules | null;
  /** A rule takes it in by name, so it is not looked at whether it is a virtual environment. */
  readonly takenBack: boolean;
  holdsSomething: boolean;
}

/** After so many milliseconds the walk lets other work of the process have its turn. */
const turn = 25;

/**
 * Lists a directory tree without following a link. System calls are made synchronously, since a promise for each
 * file would cost more than the call; the depth is limited by the file system only.
 */
export async function walk(root: string, options: WalkOptions): Promise<Walk> {
  const found: Walk = { files: new FileTable(), links: new Map(), emptyDirectories: [], problems: [] };
  const pending: Directory[] = [
    { path: '', parent: null, rules: null, takenBack: true, holdsSomething: false },
  ];
  const visited: Directory[] = [];
  let turnEnds = performance.now() + turn;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (readInto(found, pending, root, at, options)) visited.push(at);
    if (performance.now() < turnEnds) continue;
    await setImmediate();
    options.signal?.throwIfAborted();
    turnEnds = performance.now() + turn;
  }
  listEmpty(found, visited);
  return found;
}

/** Reads one directory; false when it turned out to be left out. */
function readInto(
  found: Walk,
  pending: Directory[],
  root: string,
  at: Directory,
  options: WalkOptions,
): boolean {
  const directory = at.path === '' ? root : `${root}/${at.path}`;
  const entries = listDirectory(found, directory, at.path);
  if (entries === null) return false;
  let rules = at.rules;
  if (options.ignoring) {
    if (!at.takenBack && entries.some((entry) => entry.name === virtualEnvironmentFile)) return false;
    if (entries.some((entry) => entry.name === ignoreFile && entry.isFile())) {
      rules = readRules(found, directory, at);
    }
  }
  const prefix = at.path === '' ? '' : `${at.path}/`;
  for (const entry of entries) {
    const path = prefix + entry.name;
    const isDirectory = entry.isDirectory();
    let takenBack = !options.ignoring;
    if (options.ignoring) {
      const verdict = judgeEntry(path, isDirectory, rules);
      takenBack = verdict === 'taken_back';
      if (verdict === 'ignored') continue;
      if (options.leaveOut?.has(`${root}/${path}`) === true) continue;
    }
    const fault = faultOf(entry.name, directory);
    if (fault !== null) {
      report(found, 'snapshot.invalid_name', path, fault);
      continue;
    }
    if (isDirectory) pending.push({ path, parent: at, rules, takenBack, holdsSomething: false });
    else if (take(found, `${directory}/${entry.name}`, path, entry)) at.holdsSomething = true;
  }
  return true;
}

function listDirectory(found: Walk, directory: string, path: string): Dirent[] | null {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (path !== '' && errorCode(error) === 'ENOENT') return null; // removed since its parent was read
    report(
      found,
      'snapshot.unreadable',
      path === '' ? '.' : path,
      `this directory cannot be read: ${messageOf(error)}`,
    );
    return null;
  }
}

/**
 * What is wrong with a name, or null. A name that is not UTF-8 is shown to us with replacement characters, under which
 * it cannot be opened; only the bytes tell it from one that has such a character of its own.
 */
function faultOf(name: string, directory: string): string | null {
  if (name.includes('\\')) return `a name must not hold a backslash: rename it, or add it to ${ignoreFile}`;
  if (!name.includes('\uFFFD')) return null;
  const isWell = readdirSync(directory, { encoding: 'buffer' }).some((bytes) =>
    Buffer.from(name).equals(bytes),
  );
  return isWell
    ? null
    : `the name is not valid UTF-8: rename it, or add it to ${ignoreFile} with "?" for what is not`;
}

/** Takes something that is not a directory; false when it vanished or cannot be part of a snapshot. */
function take(found: Walk, fullPath: string, path: string, entry: Dirent): boolean {
  try {
    if (entry.isFile()) {
      const stats = lstatSync(fullPath);
      if (stats.isFile()) found.files.add(path, fileStat(stats));
      else report(found, 'snapshot.changed', path, 'it changed while the snapshot was made: try again');
      return true;
    }
    if (entry.isSymbolicLink()) {
      const bytes = readlinkSync(fullPath, { encoding: 'buffer' });
      const target = bytes.toString();
      found.links.set(path, target);
      if (!Buffer.from(target).equals(bytes) || target.includes('\\')) {
        report(
          found,
          'snapshot.invalid_name',
          path,
          "the link's target must be UTF-8 without a backslash: change it, or ignore it",
        );
      }
      return true;
    }
    report(
      found,
      'snapshot.special_file',
      path,
      `a snapshot cannot hold ${kindOf(entry)}: remove it, or add it to ${ignoreFile}`,
    );
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false; // removed since its directory was read
    report(found, 'snapshot.unreadable', path, `it cannot be read: ${messageOf(error)}`);
    return true;
  }
}

function kindOf(entry: Dirent): string {
  if (entry.isFIFO()) return 'a named pipe';
  if (entry.isSocket()) return 'a socket';
  return entry.isBlockDevice() || entry.isCharacterDevice() ? 'a device' : 'a file of this kind';
}

function readRules(found: Walk, directory: string, at: Directory): IgnoreRules | null {
  const path = at.path === '' ? '' : `${at.path}/`;
  try {
    return parseIgnoreFile(readFileSync(`${directory}/${ignoreFile}`, 'utf8'), path, at.rules);
  } catch (error) {
    report(found, 'snapshot.unreadable', path + ignoreFile, `it cannot be read: ${messageOf(error)}`);
    return at.rules;
  }
}

/** A child was always visited after its parent, so going backwards settles it before its parent is asked. */
function listEmpty(found: Walk, visited: readonly Directory[]): void {
  for (const at of visited.toReversed()) {
    if (!at.holdsSomething && at.parent !== null) found.emptyDirectories.push(at.path);
    if (at.parent !== null) at.parent.holdsSomething = true;
  }
}

function report(found: Walk, code: SnapshotProblemCode, path: string, message: string): void {
  found.problems.push({ code, path, message });
}
