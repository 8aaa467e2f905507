import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestProject, chain, expectErrors } from './aiflow.ts';
import { scriptedScheduler } from './scripted-scheduler.ts';

describe('aiflow check', () => {
  it('says how many workflows there are when nothing is wrong', async () => {
    await using project = await TestProject.create({
      ...chain('one', { a: 'true' }),
      ...chain('two', { a: 'true' }),
      'workflows/shared/constants.ts': 'export const answer = 42;',
      'server.yaml': 'server_port: 50051\n',
    });
    const ended = await project.aiflow('check', '--server', 'server.yaml');
    expect(ended).toEqual({ exitCode: 0, stdout: '2 workflows, no problems', stderr: '' });
    expect((await project.aiflow('check', '--project', project.directory)).exitCode).toBe(0);
    expect(existsSync(join(project.directory, '.aiflow'))).toBe(false);
  });

  it('names every problem of every file, one line each', async () => {
    await using project = await TestProject.create({
      'project.yaml': 'project_name: test\nscheduler:\n  scheduler_config:\n    databse: x\n',
      ...chain('good', { a: 'true' }),
      'workflows/good/good.yaml': 'a:\n  timeot: 1s\nb: {}\n',
      'workflows/thrown/thrown.ts': 'throw new Error("boom");',
      'workflows/thrown/thrown.yaml': 'a:\n  retry: { limt: 1, limit: 1 }\n',
      'workflows/nameless/nameless.yaml': 'a: {}\n',
      'server.yaml': 'server_prot: 1\n',
    });
    expectErrors(
      await project.aiflow('check', '--server', 'server.yaml'),
      /project\.yaml:4:5: .*did you mean "database"\?/,
      /good\.yaml:2:3: .*did you mean "timeout"\?/,
      /good\.yaml:3:1: .*no job "b"/,
      /workflow "nameless" has no definition/,
      /thrown\.ts:1:\d+: the definition threw: boom/,
      /thrown\.yaml:2:\d+: .*did you mean "limit"\?/,
      /server\.yaml:1:1: .*did you mean "server_port"\?/,
    );
    expect(existsSync(join(project.directory, '.aiflow'))).toBe(false);
  });

  it('looks at the workflows also where project.yaml is wrong', async () => {
    await using project = await TestProject.create({
      'project.yaml': 'projct_name: test\n',
      ...chain('w', { a: 'true' }),
      'workflows/w/w.yaml': 'a:\n  retry: many\n',
      'workflows/v/v.ts': 'throw new Error("boom");',
    });
    const ended = await project.aiflow('check');
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain('did you mean "project_name"?');
    expect(ended.stderr).toMatch(/w\.yaml:2:\d+: /);
    expect(ended.stderr).toMatch(/v\.ts:1:\d+: the definition threw: boom/);
  });

  it('tells of a plugin that cannot be had once, however many workflows there are', async () => {
    await using project = await TestProject.create({
      ...chain('one', { a: 'true' }),
      ...chain('two', { a: 'true' }),
      'project.yaml': 'project_name: test\nplugins: [./plugins/none.ts]\n',
    });
    expectErrors(
      await project.aiflow('check'),
      /project\.yaml:2:11: plugin \.\/plugins\/none\.ts could not be imported/,
    );
  });

  it('names every entry of plugins that cannot be had, in any form, at its place', async () => {
    await using project = await TestProject.create({
      ...chain('w', { a: 'true' }),
      'project.yaml':
        'project_name: test\nplugins:\n  - ./plugins/none.ts\n  - job-nowhere\n  - holds-none\n' +
        '  - ./plugins/thrown.ts\n  - ./plugins/good.ts\n  - ./plugins\n',
      'plugins/thrown.ts': 'throw new Error("broken");',
      'plugins/good.ts': "import '@aiflow/core';",
      'node_modules/holds-none/package.json': '{"name": "holds-none", "version": "1.0.0"}',
    });
    expectErrors(
      await project.aiflow('check'),
      /project\.yaml:3:\d+: plugin \.\/plugins\/none\.ts .* there is none/,
      /project\.yaml:4:\d+: .*"job-nowhere" is not installed: run "npm install job-nowhere"/,
      /project\.yaml:5:\d+: package "holds-none" holds no plugin/,
      /project\.yaml:6:\d+: plugin \.\/plugins\/thrown\.ts could not be imported: broken/,
      /project\.yaml:8:\d+: plugin \.\/plugins could not be imported/,
    );
  });

  it('holds the pools of jobs against those of the scheduler', async () => {
    await using project = await TestProject.create({
      ...chain('w', { a: 'true', b: 'true', c: 'true' }),
      'workflows/w/w.yaml':
        'a: { pool: gppu }\nb: { pool: gpu, pool_slots: 3 }\nc: { pool: gpu, pool_slots: 2 }\n',
    });
    expectErrors(
      await project.aiflow('check'),
      /workflows\/w: job "a" names pool "gppu".*write pools: \{ gppu: 1 \} under scheduler_config/,
      /workflows\/w: job "b" names pool "gpu"/,
      /workflows\/w: job "c" names pool "gpu"/,
    );
    await project.write({
      'project.yaml': 'project_name: test\nscheduler: { scheduler_config: { pools: { gpu: 2 } } }\n',
    });
    expectErrors(
      await project.aiflow('check'),
      /job "a" names pool "gppu".*did you mean "gpu"\?/,
      /job "b" takes 3 places of pool "gpu", which has 2/,
    );
    await project.write({
      'project.yaml':
        'project_name: test\nscheduler: { scheduler_config: { pools: { gpu: "${NOT_SET}", gppu: 1 } } }\n',
    });
    expect((await project.aiflow('check')).stdout).toBe('1 workflow, no problems');
  });

  it('leaves pools alone where the scheduler has none among its options', async () => {
    await using project = await TestProject.create({
      ...scriptedScheduler([]),
      ...chain('w', { a: 'true' }),
      'workflows/w/w.yaml': 'a: { pool: gpu }\n',
    });
    expect((await project.aiflow('check')).stdout).toBe('1 workflow, no problems');
  });

  it("names a workflow that is only there in AIFlow's Python", async () => {
    await using project = await TestProject.create({ 'workflows/w/w.py': 'import ai_flow as af\n' });
    expectErrors(
      await project.aiflow('check'),
      /defined in Python, by workflows\/w\/w\.py: write it anew as w\.ts/,
    );
    expectErrors(await project.aiflow('run', 'w'), /write it anew as w\.ts .*docs\/define-a-workflow\.md/);
  });

  it('leaves open what references stand for', async () => {
    await using project = await TestProject.create({
      ...chain('w', { a: 'true' }),
      'project.yaml':
        'project_name: test\nscheduler:\n  scheduler_config:\n    max_running_jobs: ${NOT_SET}\n',
    });
    expect((await project.aiflow('check')).stdout).toBe('1 workflow, no problems');
    await project.write({
      'project.yaml': 'project_name: test\nscheduler:\n  scheduler_config:\n    max_running_jobs: many\n',
    });
    expectErrors(await project.aiflow('check'), /project\.yaml:4:5: /);
  });

  it('says what is not there', async () => {
    await using project = await TestProject.create(chain('w', { a: 'true' }));
    expectErrors(await project.aiflow('check', '--server', 'none.yaml'), 'cannot read');
    expectErrors(await project.aiflow('check', '--project', 'nowhere'), 'expected a project.yaml');
    await project.write({ 'project.yaml': 'project_name: test\nblob:\n  blob_manager_class: oss\n' });
    expectErrors(await project.aiflow('check'), 'npm install @aiflow/blob-oss');
  });
});
