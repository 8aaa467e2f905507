import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';
import { readmeBlock } from '../src/readme-block.ts';
import { helloProject, smallest } from '../src/smallest.ts';

it("the README's program hosts a project: its schedule starts executions until Ctrl-C", async () => {
  await using project = await PackedProject.create({
    tarballs: inject('tarballs'),
    packages: smallest,
    files: {
      ...helloProject(
        `workflow.job('mark', (job) => void job.node(bash('touch "$MARKS/$AIFLOW_WORKFLOW_EXECUTION_ID"; touch "$MARKS/ran"')));`,
        `workflow.schedule({ interval: 1 });`,
      ),
      'host.ts': await readmeBlock('core', '// host.ts'),
      '.aiflowignore': 'marks/\n',
      'marks/.keep': '',
    },
  });
  const checked = await project.typecheck(['host.ts'], { types: ['node'] });
  expect(checked).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  const MARKS = join(project.directory, 'marks');
  const host = execa(process.execPath, ['host.ts'], {
    cwd: project.directory,
    env: { MARKS },
    reject: false,
  });
  for (const deadline = Date.now() + 60_000; !existsSync(join(MARKS, 'ran')); await delay(20)) {
    if (Date.now() > deadline) throw new Error('waited 60 s for the schedule');
  }
  host.kill('SIGINT');
  const { exitCode, stdout, stderr } = await host;
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: 'hosting hello', stderr: '' });
});
