import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestProject, chain, expectErrors, mayMount, piped } from './aiflow.ts';

const names = ['project', 'workflow', 'server'] as const;

describe('aiflow schema', () => {
  it('writes JSON schemas of the files of a project, and rewrites only what changed', async () => {
    await using project = await TestProject.create(chain('w', { a: 'true' }));
    const path = (name: string): string => join(project.directory, 'schemas', `${name}.json`);
    const first = await project.aiflow('schema');
    expect(first).toMatchObject({ exitCode: 0, stderr: '' });
    expect(first.stdout).toBe(names.map((name) => `wrote schemas/${name}.json`).join('\n'));
    for (const name of names) {
      expect(JSON.parse(readFileSync(path(name), 'utf8'))).toMatchObject({
        $schema: 'https://json-schema.org/draft/2020-12/schema',
      });
    }
    const texts = names.map((name) => readFileSync(path(name), 'utf8'));
    writeFileSync(path('server'), 'old');
    const before = statSync(path('project')).mtimeMs;
    const again = await project.aiflow('schema', '--directory', project.directory);
    const [one, two, three] = names.map((name) => path(name));
    expect(again.stdout).toBe(`unchanged ${one}\nunchanged ${two}\nwrote ${three}`);
    expect(names.map((name) => readFileSync(path(name), 'utf8'))).toEqual(texts);
    expect(statSync(path('project')).mtimeMs).toBe(before);
  });

  it('finds the project by --project, and by --directory as well', async () => {
    await using project = await TestProject.create({ 'mine/project.yaml': 'project_name: mine\n' });
    const wrote = names.map((name) => `wrote mine/schemas/${name}.json`).join('\n');
    expect((await project.aiflow('schema', '--project', 'mine')).stdout).toBe(wrote);
    expect((await project.aiflow('schema', '-p', 'mine')).stdout).toBe(
      wrote.replaceAll('wrote', 'unchanged'),
    );
    expect((await project.aiflow('schema', '--directory', 'mine')).stdout).toBe(
      wrote.replaceAll('wrote', 'unchanged'),
    );
  });

  it('prints one of them when it is told to, and writes nothing', async () => {
    await using project = await TestProject.create();
    const { stdout } = await project.aiflow('schema', '--stdout', 'workflow');
    expect(JSON.stringify(JSON.parse(stdout))).toContain('run_condition');
    expectErrors(await project.aiflow('schema', '--stdout', 'job'), 'one of project, workflow, server');
    expect(await piped(project, 'schema --stdout server', 'exec 0<&-')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect((await project.aiflow('schema')).stdout).toContain('wrote schemas/project.json');
  });

  it('knows the options of plugins that are files of the project', async () => {
    await using project = await TestProject.create({
      'project.yaml': 'project_name: test\nplugins: ["./plugins/nowhere.ts"]\n',
      'plugins/nowhere.ts': `import { protocol, registerBlobManager } from '@aiflow/core';
const vendor = 'test';
const jsonSchema = { input: () => ({ type: 'object', properties: { only_of_mine: { type: 'string' } } }), output: () => ({}) };
const options = { '~standard': { version: 1, vendor, validate: (value) => ({ value }), jsonSchema } };
registerBlobManager({
  kind: 'blob', name: 'nowhere', package: 'nowhere', version: '1.0.0', location: import.meta.url,
  protocol, capabilities: {}, options, create: () => { throw new Error('never'); },
});`,
    });
    expect((await project.aiflow('schema', '--stdout', 'project')).stdout).toContain('only_of_mine');
    expect((await project.aiflow('schema', '--stdout', 'workflow')).stdout).not.toContain('only_of_mine');
  });

  it('says what it cannot write, and what is no project', async () => {
    await using project = await TestProject.create({
      'mine/project.yaml': 'project_name: mine\n',
      'mine/schemas': '',
    });
    expectErrors(
      await project.aiflow('schema', '--directory', 'mine'),
      /cannot write .*schemas\/project\.json/,
    );
    expectErrors(await project.aiflow('schema', '--directory', 'nowhere'), 'expected a project.yaml');
    await project.write({ 'project.yaml': 'projct_name: test\n' });
    expect((await project.aiflow('schema')).exitCode).toBe(2);
  });

  it.skipIf(!mayMount())('says when the directory is read-only', async () => {
    await using project = await TestProject.create({ 'schemas/project.json': '' });
    const readOnly = 'mount --bind schemas schemas && mount -o remount,bind,ro schemas';
    const ended = await project.inNameSpace(`${readOnly} && $AIFLOW schema`);
    expectErrors(ended, /cannot write .*schemas\/project\.json: EROFS/);
  });
});

describe('aiflow init', () => {
  it('writes the schemas that its YAML files point editors at', async () => {
    await using project = await TestProject.create();
    await project.aiflow('init', 'new');
    for (const file of ['project.yaml', 'workflows/hello/hello.yaml']) {
      const path = join(project.directory, 'new', file);
      const [, schema = 'none'] =
        /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(path, 'utf8')) ?? [];
      expect(JSON.parse(readFileSync(join(path, '..', schema), 'utf8'))).toMatchObject({ type: 'object' });
    }
    const { stdout } = await project.aiflow('schema', '--project', 'new');
    expect(stdout).toBe(names.map((name) => `unchanged new/schemas/${name}.json`).join('\n'));
    expect((await project.aiflow('check', '--project', 'new')).stdout).toBe('1 workflow, no problems');
  });
});
