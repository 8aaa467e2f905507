import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestProject, chain, runJson } from './aiflow.ts';

describe('aiflow', () => {
  it('tells its version and its commands', async () => {
    await using project = await TestProject.create();
    const own = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
      version: string;
    };
    expect((await project.aiflow('version')).stdout).toBe(`aiflow ${own.version}`);
    expect((await project.aiflow('--version')).stdout).toBe(`aiflow ${own.version}`);
    const help = await project.aiflow();
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain('aiflow snapshot prune');
    expect((await project.aiflow('run', '--help')).stdout).toContain('-p, --project DIR');
    expect((await project.aiflow('snapshot')).stdout).toContain('aiflow snapshot get');
  });
});

describe('aiflow init', () => {
  it('makes a project that runs at once', async () => {
    await using project = await TestProject.create();
    const made = await project.aiflow('init', 'new');
    expect(made.exitCode).toBe(0);
    expect(made.stdout).toContain('aiflow run hello --project new');
    const run = runJson(await project.aiflow('run', 'hello', '--project', 'new', '-o', 'json'));
    expect(run.jobs.map((job) => job.values['node_1'])).toEqual(['Hello, Katherine', '3']);
  });

  it('keeps what a person already has, and refuses what is a project already', async () => {
    await using project = await TestProject.create({ 'mine/package.json': '{"name": "mine"}' });
    expect((await project.aiflow('init', 'mine')).exitCode).toBe(0);
    expect(readFileSync(join(project.directory, 'mine/package.json'), 'utf8')).toBe('{"name": "mine"}');
    const again = await project.aiflow('init', 'mine');
    expect(again.exitCode).toBe(2);
    expect(again.stderr).toContain('already holds project.yaml');
  });

  it('asks for a name where that of the directory cannot be one', async () => {
    await using project = await TestProject.create();
    const refused = await project.aiflow('init', 'my project');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('--name');
    expect(existsSync(join(project.directory, 'my project'))).toBe(false);
    expect((await project.aiflow('init', 'my project', '--name', 'mine')).exitCode).toBe(0);
  });
});

describe('aiflow workflow show', () => {
  it('prints each job with when it starts, its nodes and what they take', async () => {
    await using project = await TestProject.create({
      'workflows/w/w.ts': `import { all, any, defineWorkflow, failed, finished } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
export default defineWorkflow('w', (workflow) => {
  const a = workflow.job('a', (job) => { job.node(bash('true'), { name: 'step' }); });
  const b = workflow.job('b', (job) => {
    const x = job.node(bash('echo 1'));
    job.node(bash('echo 2'), { inputs: [x] });
  });
  b.startWhen(any(finished(a), all(failed(a), failed(a)))).stopWhen(failed(a));
});`,
    });
    const shown = await project.aiflow('workflow', 'show', 'w');
    expect(shown.stdout).toBe(`workflow w of project test: 2 jobs (bash)

a  (bash)
  starts with the workflow
  - step: BashProcessor

b  (bash)
  starts when a is FINISHED or (a is FAILED and a is FAILED)
  stops when a is FAILED
  - node_1: BashProcessor
  - node_2: BashProcessor ← node_1`);
    expect(existsSync(join(project.directory, '.aiflow'))).toBe(false);
  });
});

describe('aiflow plugins list', () => {
  it('lists what is installed beside the command when the project has nothing', async () => {
    await using project = await TestProject.create();
    const listed = await project.aiflow('plugins', 'list');
    expect(listed.stdout).toMatch(/^KIND +NAME +PACKAGE +VERSION +FOUND IN/);
    expect(listed.stdout).toMatch(/^job +bash +@aiflow\/job-bash +\d\S* +command$/m);
  });
});

describe('aiflow snapshot', () => {
  it('lists, shows, gets and prunes what runs have stored', async () => {
    await using project = await TestProject.create({
      ...chain('w', { a: 'true' }),
      'resources/data.txt': 'old',
    });
    const first = runJson(await project.aiflow('run', 'w', '-o', 'json')).snapshot_id;
    await project.write({ 'resources/data.txt': 'new' });
    const second = runJson(await project.aiflow('run', 'w', '-o', 'json')).snapshot_id;
    const listed = await project.aiflow('snapshot', 'list', '-o', 'json');
    const ids = (JSON.parse(listed.stdout) as { snapshot_id: string }[]).map(
      (snapshot) => snapshot.snapshot_id,
    );
    expect(ids).toEqual([second, first]);

    const shown = await project.aiflow('snapshot', 'show', first.slice(0, 12));
    expect(shown.stdout).toContain(`snapshot ${first}`);
    expect(shown.stdout).toContain('generated/w/workflow.json');
    expect(shown.stdout).toContain('@aiflow/job-bash@');

    expect((await project.aiflow('snapshot', 'get', first.slice(0, 12), 'copy')).exitCode).toBe(0);
    expect(readFileSync(join(project.directory, 'copy/resources/data.txt'), 'utf8')).toBe('old');
    expect((await project.aiflow('snapshot', 'get', first, 'copy')).exitCode).toBe(2);

    expect((await project.aiflow('snapshot', 'prune', '--keep', '1', '--dry-run')).stdout).toContain(
      '1 snapshots would',
    );
    const pruned = await project.aiflow('snapshot', 'prune', '--keep', '1');
    expect(pruned.stdout).toMatch(/^1 snapshots removed/);
    expect((await project.aiflow('snapshot', 'show', first)).exitCode).toBe(2);
    expect((await project.aiflow('snapshot', 'get', second, 'kept')).exitCode).toBe(0);
    expect((await project.aiflow('snapshot', 'prune', '--keep', '0')).exitCode).toBe(2);
  });
});

describe('aiflow worker run', () => {
  it('runs one attempt from a snapshot, and finds it again instead of running it twice', async () => {
    await using project = await TestProject.create(
      chain('w', {
        a: 'echo ran >> "$AIFLOW_EXECUTION_DIR/runs"; cat "$AIFLOW_EXECUTION_DIR/runs" | wc -l',
        b: 'exit 4',
      }),
    );
    const snapshot = runJson(await project.aiflow('run', 'w', '-o', 'json')).snapshot_id;
    const call = (job: string): readonly string[] => [
      'worker',
      'run',
      'w',
      job,
      '--snapshot',
      snapshot,
      '--execution',
      'other',
    ];
    for (let time = 0; time < 2; time++) {
      const ended = await project.aiflow(...call('a'));
      expect(ended.exitCode).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'FINISHED', values: { node_1: '1' } });
    }
    expect((await project.aiflow(...call('b'))).exitCode).toBe(1);
    expect((await project.aiflow(...call('c'))).stderr).toContain('has no job "c"');
    expect((await project.aiflow('worker', 'run', 'w', 'a', '--execution', 'x')).exitCode).toBe(2);
  });
});
