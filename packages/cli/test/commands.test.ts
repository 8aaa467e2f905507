import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Ended } from './aiflow.ts';
import { TestProject, chain, mayMount, runJson } from './aiflow.ts';

const patience = { timeout: 20_000, interval: 50 };

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
    for (const command of ['check', 'compile', 'schema']) {
      expect(help.stdout).toContain(`aiflow ${command} `);
      expect((await project.aiflow(command, '--help')).stdout).toContain(`aiflow ${command}`);
    }
    expect((await project.aiflow('workflow', 'show', '--help')).stdout).toContain('--rules');
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

  it('writes a definition that runs also where package.json says that .ts files are no modules', async () => {
    await using project = await TestProject.create({ 'mine/package.json': '{"type": "commonjs"}' });
    expect((await project.aiflow('init', 'mine')).stdout).toContain('wrote mine/workflows/hello/hello.mts');
    expect((await project.aiflow('run', 'hello', '--project', 'mine')).exitCode).toBe(0);
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

describe.skipIf(!mayMount())('aiflow init where it cannot write all', () => {
  const onFullDisk = (command: string): string =>
    `mount -t tmpfs -o size=16k none place && (${command}; echo "left $?: $(cd place && find . | sort | tr '\\n' ' ')")`;

  it('removes what it made, and nothing else', async () => {
    await using project = await TestProject.create({ 'place/keep': '' });
    const made = await project.inNameSpace(onFullDisk('$AIFLOW init place/new/deep'));
    expect(made.stderr).toMatch(/^error: cannot make a project in .*ENOSPC.*$/);
    expect(made.stdout).toBe('left 2: . ');
    const mine = await project.inNameSpace(onFullDisk('echo {} > place/package.json; $AIFLOW init place'));
    expect(mine.stdout).toBe('left 2: . ./package.json ');
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

describe('aiflow snapshot prune', () => {
  it('keeps what was last used, which may be older content', async () => {
    await using project = await TestProject.create(chain('w', { a: 'true' }));
    const run = async (content: string): Promise<string> => {
      await project.write({ 'resources/data.txt': content });
      return runJson(await project.aiflow('run', 'w', '-o', 'json')).snapshot_id;
    };
    const [first, second] = [await run('old'), await run('new')];
    expect(await run('old')).toBe(first);
    expect((await project.aiflow('snapshot', 'prune', '--keep', '1')).stdout).toMatch(/^1 snapshots removed/);
    expect((await project.aiflow('snapshot', 'show', first)).exitCode).toBe(0);
    expect((await project.aiflow('snapshot', 'show', second)).exitCode).toBe(2);
  });

  it('spares the snapshot of a job that runs, beside its run and after that was killed', async () => {
    const waits =
      'echo $$ > "$AIFLOW_EXECUTION_DIR/pid"; until [ -e "$AIFLOW_EXECUTION_DIR/go" ]; do sleep 0.05; done; ' +
      'cat resources/data.txt > "$AIFLOW_EXECUTION_DIR/seen"';
    await using project = await TestProject.create({
      ...chain('w', { a: waits }),
      'resources/data.txt': 'old',
    });
    const prune = async (...more: readonly string[]): Promise<Ended> =>
      project.aiflow('snapshot', 'prune', '--keep', '1', ...more);
    const shared = (): string => {
      const executions = join(project.directory, '.aiflow/executions');
      const [first] = existsSync(executions) ? readdirSync(executions).sort() : [];
      return join(executions, first ?? '-', 'shared');
    };
    const running = project.spawn(['run', 'w']);
    try {
      await vi.waitUntil(() => existsSync(join(shared(), 'pid')), patience);
      const refused = await prune();
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
      expect(refused.stderr).toMatch(
        /^error: snapshots cannot be removed while .* runs \(process \d+\): .*$/,
      );
    } finally {
      running.kill('SIGKILL');
    }
    await running.ended;
    const [{ snapshot_id: old } = { snapshot_id: '' }] = JSON.parse(
      (await project.aiflow('snapshot', 'list', '-o', 'json')).stdout,
    ) as { snapshot_id: string }[];

    await project.write({ ...chain('w', { a: 'true' }), 'resources/data.txt': 'new' });
    const newer = runJson(await project.aiflow('run', 'w', '-o', 'json')).snapshot_id;
    expect((await prune('--dry-run')).stdout).toMatch(/^0 snapshots would be removed; 1 kept/);
    expect((await prune()).stdout).toMatch(/^0 snapshots removed, .*; 1 kept for executions/);
    expect((await project.aiflow('snapshot', 'show', old)).exitCode).toBe(0);
    await project.write({ [`${relative(project.directory, shared())}/go`]: '' });
    await vi.waitUntil(() => existsSync(join(shared(), 'seen')), patience);

    // The next run takes up what was left; its end sets the snapshot free.
    await vi.waitFor(async () => {
      expect((await project.aiflow('run', 'w')).exitCode).toBe(0);
      expect((await prune()).stdout).toMatch(/^1 snapshots removed, [^;]*$/);
    }, patience);
    expect(readFileSync(join(shared(), 'seen'), 'utf8')).toBe('old');
    expect((await project.aiflow('snapshot', 'show', old)).exitCode).toBe(2);
    expect((await project.aiflow('snapshot', 'show', newer)).exitCode).toBe(0);
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
