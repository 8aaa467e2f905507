import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TestProject, runJson } from './aiflow.ts';

const readme = readFileSync(join(import.meta.dirname, '../../core/README.md'), 'utf8');

/** A file that the README shows, by its path there. */
function shown(path: string): Record<string, string> {
  const [, text] = readme.split(new RegExp(`\`\`\`\\w+\n[#/]+ ${path}\n`));
  const [code] = text?.split('\n```') ?? [];
  if (code === undefined) throw new Error(`the README shows no ${path}`);
  return { [path]: `${code}\n` };
}

const plugins = { ...shown('plugins/sleep.ts'), ...shown('plugins/moon.ts') };
const projectFile = {
  'project.yaml': 'project_name: test\nplugins: [./plugins/sleep.ts, ./plugins/moon.ts]\n',
};

/** A workflow of one job that sleeps. */
function nap(seconds: number): Record<string, string> {
  return {
    'workflows/w/w.ts': `import { defineWorkflow } from '@aiflow/core';
import { sleep } from '../../plugins/sleep.ts';
export default defineWorkflow('w', (workflow) => {
  workflow.job('nap', (job) => void job.node(sleep(${seconds})));
});
`,
  };
}

describe("a job plugin in document 003's shape, as a file of a project", () => {
  it('runs on two platforms, of which the YAML chooses one', async () => {
    await using project = await TestProject.create({
      ...projectFile,
      ...plugins,
      ...shown('workflows/naps/naps.ts'),
      ...shown('workflows/naps/naps.yaml'),
    });
    const ended = await project.aiflow('run', 'naps', '-o', 'json');
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(runJson(ended).jobs.map(({ job_name, values }) => [job_name, values])).toEqual([
      ['nap', { node_1: '0.1 s on local' }],
      ['long_nap', { node_1: '0.2 s on moon' }],
    ]);
    const { stdout } = await project.aiflow('workflow', 'show', 'naps', '--rules');
    expect(stdout.match(/runs on the platform .*/g)).toEqual([
      'runs on the platform moon by the engine sleep',
    ]);
  });

  it('fails with the reason', async () => {
    await using project = await TestProject.create({ ...projectFile, ...plugins, ...nap(-1) });
    const ended = await project.aiflow('run', 'w', '-o', 'json');
    expect(ended.exitCode).toBe(1);
    expect(runJson(ended).jobs).toMatchObject([
      { status: 'FAILED', error: { code: 'job.failed', message: 'nobody can sleep -1 s' } },
    ]);
  });

  it('is stopped when the run is interrupted', async () => {
    await using project = await TestProject.create({ ...projectFile, ...plugins, ...nap(1000) });
    const run = project.spawn(['run', 'w', '-o', 'json']);
    await untilBegun(project);
    run.kill('SIGINT');
    const ended = await run.ended;
    expect(ended.exitCode).toBe(130);
    expect(runJson(ended).jobs).toMatchObject([{ status: 'KILLED', error: null }]);
  });

  it('loses a job whose process was killed, and says so', async () => {
    await using project = await TestProject.create({ ...projectFile, ...plugins, ...nap(1000) });
    const run = project.spawn(['run', 'w']);
    await untilBegun(project);
    run.kill('SIGKILL');
    await run.ended;
    await project.write({ ...nap(0) });
    const next = await project.aiflow('run', 'w');
    expect(next.exitCode).toBe(0);
    expect(next.stderr).toMatch(
      /job "nap" of .* the sleep plugin of .* cannot find it again.*counts as lost/,
    );
  });

  it.each([
    ['platform: mon', /w\.yaml:2:3: .*"mon": did you mean "moon"\?/],
    ['engine: cmd_line', /w\.yaml:2:3: .*for the engine sleep, so its engine cannot be "cmd_line"/],
    ['job_type: bash', /w\.yaml:2:3: .*its job_type cannot be "bash": write "sleep"/],
  ])('is not chosen by "%s", which is refused at its place', async (line, message) => {
    await using project = await TestProject.create({
      ...projectFile,
      ...plugins,
      ...nap(0),
      'workflows/w/w.yaml': `nap:\n  ${line}\n`,
    });
    const ended = await project.aiflow('run', 'w');
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toMatch(message);
  });
});

/** Waits until the job's plugin has been asked to begin. */
async function untilBegun(project: TestProject): Promise<void> {
  const executions = join(project.directory, '.aiflow/executions');
  const begun = (): boolean =>
    existsSync(executions) &&
    readdirSync(executions).some((id) => existsSync(join(executions, id, 'jobs/nap.1/handler.begun')));
  for (const deadline = Date.now() + 30_000; !begun(); await delay(20)) {
    if (Date.now() > deadline) throw new Error('waited 30 s until the job began');
  }
}
