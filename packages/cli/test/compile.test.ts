import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { TestProject, chain, expectErrors, piped } from './aiflow.ts';

describe('aiflow compile', () => {
  const files: Readonly<Record<string, string>> = {
    ...chain('w', { a: 'echo "\u009b"', b: 'true' }),
    'workflows/w/w.yaml': 'b:\n  timeout: 90s\n  retry: 2\n',
  };

  it('prints the compiled workflow in the form of the documents, and nothing else', async () => {
    await using project = await TestProject.create(files);
    const { stdout, stderr, exitCode } = await project.aiflow('compile', 'w');
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
    const workflow = JSON.parse(stdout) as object;
    expect(workflow).toMatchObject({
      workflow_name: 'w',
      jobs: [
        { config: { job_name: 'a' } },
        { config: { job_name: 'b', timeout_ms: 90_000, retry: { limit: 2 } } },
      ],
      rules: [{ job_name: 'b', action: 'START', condition: { job_name: 'a', status: 'FINISHED' } }],
    });
    expect(Object.keys(workflow)).toEqual(Object.keys(workflow).sort());
    expect(stdout.split('\n').slice(0, 2)).toEqual(['{', expect.stringMatching(/^ {2}"/)]);
    expect((await project.aiflow('compile', 'w')).stdout).toBe(stdout);
    expect(existsSync(join(project.directory, '.aiflow'))).toBe(false);
  });

  it('prints the same as YAML', async () => {
    await using project = await TestProject.create(files);
    const json = await project.aiflow('compile', 'w', '-o', 'json');
    const yaml = await project.aiflow('compile', 'w', '-o', 'yaml', '--project', '.');
    expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout));
    for (const { stdout } of [json, yaml]) expect(stdout).not.toMatch(/[\x7f-\x9f]/);
  });

  it('leaves stdout to the workflow, whatever the definition and plugins print', async () => {
    await using project = await TestProject.create({
      'project.yaml': 'project_name: test\nplugins: ["./plugins/loud.ts"]\n',
      'plugins/loud.ts': 'console.log("hello from a plugin");',
      'workflows/w/w.ts': `console.log('hello from the definition');\n${files['workflows/w/w.ts'] ?? ''}`,
    });
    const { stdout, stderr } = await project.aiflow('compile', 'w');
    expect(JSON.parse(stdout)).toMatchObject({ workflow_name: 'w' });
    expect(stderr).toContain('hello from a plugin');
    expect(stderr).toContain('hello from the definition');
  });

  it('ends with every problem and nothing on stdout when something is wrong', async () => {
    await using project = await TestProject.create(files);
    expectErrors(await project.aiflow('compile', 'other'), 'the workflows of this project are w');
    expectErrors(await project.aiflow('compile', 'w', '-o', 'table'), 'must be one of json, yaml');
    await project.write({ 'workflows/w/w.yaml': 'b:\n  timeot: 90s\n  pool_slots: 0\n' });
    expectErrors(
      await project.aiflow('compile', 'w'),
      /w\.yaml:2:3: .*did you mean "timeout"\?/,
      /w\.yaml:3:/,
    );
  });

  it('does not mind a reader that goes away', async () => {
    await using project = await TestProject.create(files);
    expect(await piped(project, 'compile w', 'exec 0<&-')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});
