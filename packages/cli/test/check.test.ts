import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestProject, chain, expectErrors } from './aiflow.ts';

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
      /project\.yaml: plugin \.\/plugins\/none\.ts could not be imported/,
    );
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
