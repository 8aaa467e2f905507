import ignore from 'ignore';
import { generatedDirectory } from './manifest.ts';

/** The file, in any directory of a project, that says what a snapshot leaves out; written as a `.gitignore` is. */
export const ignoreFile = '.aiflowignore';

/** What a snapshot leaves out at any depth unless an {@link ignoreFile} takes it back in with a `!` rule. */
export const ignoredNames: ReadonlySet<string> = new Set([
  ...['.git', '.hg', '.svn'],
  ...['node_modules', '.venv', 'venv', '.tox', '.nox'],
  ...[
    '__pycache__',
    '.mypy_cache',
    '.pytest_cache',
    '.ruff_cache',
    '.hypothesis',
    '.ipynb_checkpoints',
    '.turbo',
  ],
  ...['.aiflow', '.DS_Store', '.eslintcache'],
  // Where people keep their secrets, which have no place in something that is stored and shared.
  ...['.env', '.env.local'],
]);
const ignoredEnding = '.tsbuildinfo';

/** A directory that holds this file is a Python virtual environment, whatever its name. */
export const virtualEnvironmentFile = 'pyvenv.cfg';

/** The rules that hold in a directory: those of its own file, then those of the directories above it. */
export interface IgnoreRules {
  /** The path of the directory that the rules were written for, with a `/` at its end; empty for the root. */
  readonly base: string;
  readonly matcher: ignore.Ignore;
  readonly above: IgnoreRules | null;
}

export type Verdict = 'ignored' | 'taken_back' | 'default';

/** Reads the text of an ignore file that stands in the directory `base`. */
export function parseIgnoreFile(text: string, base: string, above: IgnoreRules | null): IgnoreRules {
  return { base, matcher: ignore({ ignorecase: false }).add(text), above };
}

/** What the files say of a path; the deepest file that says anything of it decides, as in git. */
function judge(path: string, isDirectory: boolean, rules: IgnoreRules | null): Verdict {
  for (let at = rules; at !== null; at = at.above) {
    const result = at.matcher.test(path.slice(at.base.length) + (isDirectory ? '/' : ''));
    if (result.ignored) return 'ignored';
    if (result.unignored) return 'taken_back';
  }
  return 'default';
}

/** What becomes of an entry of a project, by the files, by what never counts, and by what is left out unless a file says otherwise. */
export function judgeEntry(path: string, isDirectory: boolean, rules: IgnoreRules | null): Verdict {
  const verdict = rules === null ? 'default' : judge(path, isDirectory, rules);
  if (isReserved(path)) return 'ignored';
  return verdict === 'default' && isIgnoredByDefault(path.slice(path.lastIndexOf('/') + 1))
    ? 'ignored'
    : verdict;
}

/** Whether a name is left out when no file says otherwise. */
function isIgnoredByDefault(name: string): boolean {
  return ignoredNames.has(name) || name.endsWith(ignoredEnding);
}

/** A project's own directory of this name never counts: what was generated is laid over it. */
function isReserved(path: string): boolean {
  return path === generatedDirectory;
}
