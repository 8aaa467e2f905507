import { execFileSync } from 'node:child_process';
import type { BenchContext } from './bench.ts';

/** Makes a directory a git repository with one commit; false, and said, when there is no git. */
export function commitAll({ report }: BenchContext, directory: string): boolean {
  try {
    git(directory, 'init', '--quiet');
  } catch (error) {
    report.skipped('submit', `git cannot be run (${String(error)})`);
    return false;
  }
  git(directory, 'add', '--all');
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', '-c', 'commit.gpgsign=false'];
  git(directory, ...author, 'commit', '--quiet', '--no-verify', '--message', 'All files.');
  return true;
}

export function git(directory: string, ...args: string[]): void {
  execFileSync('git', args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
}
