import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { BenchContext } from './bench.ts';
import type { Cost } from './measure.ts';
import { costOf } from './measure.ts';

/** As many at once as scheduler-local runs unless told otherwise. */
export const parallel = 2 * availableParallelism();

/** Those that are installed, each running as many times `/bin/sh -c COMMAND` as we run jobs. */
export function buildTools(
  { report, directory }: BenchContext,
  jobs: number,
  command: string,
): Record<string, () => Promise<Cost>> {
  const targets = Array.from({ length: jobs }, (_, at) => `job_${at}`);
  const tools = {
    ninja: {
      file: 'build.ninja',
      text: `rule job\n  command = ${command}\n${targets.map((name) => `build ${name}: job\n`).join('')}`,
      argv: ['ninja', '--quiet', '-j', String(parallel)],
    },
    make: {
      file: 'Makefile',
      // make runs a command without a shell when it sees that none is needed; ";" makes it need one.
      text: `.PHONY: all ${targets.join(' ')}\nall: ${targets.join(' ')}\n${targets.join(' ')}:\n\t@${command};\n`,
      argv: ['make', '-j', String(parallel)],
    },
  } as const;
  const found: Record<string, () => Promise<Cost>> = {};
  for (const [name, { file, text, argv }] of Object.entries(tools)) {
    if (!isInstalled(name)) {
      report.skipped(`beside ${name}`, `${name} is not installed`);
      continue;
    }
    const cwd = join(directory, name);
    mkdirSync(cwd, { recursive: true });
    writeFileSync(join(cwd, file), text);
    found[name] = () => costOf(argv, { cwd });
  }
  return found;
}

function isInstalled(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
