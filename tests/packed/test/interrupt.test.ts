import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';
import { helloProject, smallest } from '../src/smallest.ts';

it('aiflow run ends with 130 on SIGINT, and nothing that it started is left', async () => {
  // The job, a child of it in the background, and one that left its session; each writes its pid.
  const script = `sleep 1000 & echo $! > "$MARKS/child"
    setsid bash -c 'echo $$ > "$MARKS/escaped" && exec sleep 1000' &
    echo $$ > "$MARKS/job" && exec sleep 1000`;
  await using project = await PackedProject.create({
    tarballs: inject('tarballs'),
    packages: smallest,
    files: {
      ...helloProject(`workflow.job('sleep', (job) => void job.node(bash(${JSON.stringify(script)})));`),
      '.aiflowignore': 'marks/\n',
      'marks/.keep': '',
    },
  });
  const marks = ['child', 'escaped', 'job'].map((name) => join(project.directory, 'marks', name));
  const command = join(project.directory, 'node_modules/.bin/aiflow');
  const run = execa(command, ['run', 'hello', '-o', 'json'], {
    cwd: project.directory,
    env: { MARKS: join(project.directory, 'marks') },
    reject: false,
  });
  await until('the job runs', () => marks.every((mark) => existsSync(mark) && readPid(mark) > 0));
  const pids = marks.map(readPid);
  expect(pids.filter(isAlive)).toEqual(pids);
  run.kill('SIGINT');
  const { exitCode, stdout, stderr } = await run;
  expect(exitCode, stderr).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ status: 'KILLED', jobs: [{ status: 'KILLED' }] });
  expect(pids.filter(isAlive)).toEqual([]);
});

function readPid(mark: string): number {
  return Number(readFileSync(mark, 'utf8'));
}

/** Whether a process runs. One that has ended and waits to be collected by whoever is the machine's init does not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; !holds(); await delay(20)) {
    if (Date.now() > deadline) throw new Error(`waited 60 s until ${what}`);
  }
}
