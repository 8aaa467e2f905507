import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { IgnoreRules } from './ignore.ts';
import { ignoreFile, judgeEntry, parseIgnoreFile, virtualEnvironmentFile } from './ignore.ts';

/**
 * Whether a snapshot of the project leaves a file out, as walking the whole project would find. `path` is relative,
 * with `/`. Throws what the system throws for an ignore file that cannot be read.
 */
export function isLeftOut(projectDir: string, path: string): boolean {
  const names = path.split('/');
  let rules: IgnoreRules | null = null;
  let takenBack = true;
  let above = '';
  for (const [index, name] of names.entries()) {
    const directory = join(projectDir, above);
    if (!takenBack && existsSync(join(directory, virtualEnvironmentFile))) return true;
    const file = join(directory, ignoreFile);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === true)
      rules = parseIgnoreFile(readFileSync(file, 'utf8'), above, rules);
    const verdict = judgeEntry(above + name, index < names.length - 1, rules);
    if (verdict === 'ignored') return true;
    takenBack = verdict === 'taken_back';
    above += `${name}/`;
  }
  return false;
}
