import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAIFlowError } from '../../src/errors.ts';
import { shortName } from '../../src/plugin/class-name.ts';
import { openProject } from '../../src/project/project-file.ts';
import { problemsOf } from './problems.ts';

let projectDir: string;
beforeEach(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-project-')));
});
afterEach(() => {
  rmSync(projectDir, { recursive: true, force: true });
});

describe('project.yaml', () => {
  const open = (text: string): ReturnType<typeof openProject> => {
    writeFileSync(join(projectDir, 'project.yaml'), text);
    return openProject(projectDir);
  };

  it('uses the local blob manager and scheduler when it names none', async () => {
    const project = await open('project_name: penguins\n');
    expect(project).toMatchObject({
      projectName: 'penguins',
      blob: { className: 'local', config: {} },
      scheduler: { className: 'local', config: {} },
      stateDir: join(projectDir, '.aiflow'),
    });
  });

  it("takes AIFlow's own keys and Python paths", async () => {
    const project = await open(`project_name: p
server_uri: localhost:50051
blob:
  blob_manager_class: ai_flow_plugins.blob_manager_plugins.oss_blob_manager.OssBlobManager
  blob_manager_config:
    bucket: b
`);
    expect(shortName('blob', project.blob.className)).toBe('oss');
    expect(
      shortName('scheduler', 'ai_flow_plugins.scheduler_plugins.airflow.airflow_scheduler.AirFlowScheduler'),
    ).toBe('airflow');
    expect(shortName('blob', '@aiflow/blob-s3')).toBe('@aiflow/blob-s3');
    expect(project.blob.config).toEqual({ bucket: 'b' });
  });

  it('names every problem at once, each at its place', async () => {
    const problems = await problemsOf(
      open('project_name: a b\nblobb: 3\nscheduler:\n  scheduler_clas_name: x\n  scheduler_config: 3\n'),
    );
    expect(problems.map(({ line, column, key }) => [line, column, key])).toEqual([
      [1, 1, 'project_name'],
      [2, 1, 'blobb'],
      [4, 3, 'scheduler.scheduler_clas_name'],
      [5, 3, 'scheduler.scheduler_config'],
    ]);
    expect(problems.find((problem) => problem.key === 'blobb')?.message).toContain('did you mean "blob"?');
  });

  it('keeps keys of its own, as AIFlow lets it, but none that is nearly one of ours', async () => {
    const project = await open('project_name: p\na: a\nteam: 3\nproperties: {team: penguins}\n');
    expect(project.properties).toEqual({ team: 'penguins' });
    const problems = await problemsOf(open('project_name: p\nplugin: x\nserver_url: y\nextra: {a: 1}\n'));
    expect(problems.map(({ line, key }) => [line, key])).toEqual([
      [2, 'plugin'],
      [3, 'server_url'],
      [4, 'extra'],
    ]);
    expect(problems[0]?.message).toContain('did you mean "plugins"?');
  });

  it('tells of a misspelt mapping once, and where mappings of its own go', async () => {
    const text = 'project_name: p\nblobb:\n  blob_manager_class: local\nmine: {a: 1}\nmore: [1]\n';
    const [misspelt, ...own] = await problemsOf(open(text));
    expect(misspelt).toMatchObject({ line: 2, key: 'blobb' });
    expect(misspelt?.message).toContain('did you mean "blob"?');
    expect(own).toMatchObject([
      { line: 4, key: 'mine' },
      { line: 5, key: 'more' },
    ]);
    for (const { message } of own) expect(message).toContain('go below "properties"');
  });

  it('takes as plugins packages, and modules of its own', async () => {
    const plugins = [
      'job-x',
      '@me/job.x',
      './a.ts',
      './plugins/b.mts',
      './.p/c.js',
      './d.mjs',
      './a b/..e.ts',
    ];
    expect((await open(`project_name: p\nplugins: ${JSON.stringify(plugins)}\n`)).plugins).toEqual(plugins);
  });

  it.each([
    ...['/etc/passwd', '../a.ts', './../a.ts', './p/../../a.ts', './p/..', './..', '.', './', './.ts/', ''],
    ...[
      'file:///a.ts',
      'http://h/a.ts',
      'data:text/javascript,0',
      'a/b/c.ts',
      '@me',
      '@/x',
      'a b',
      '.\\a.ts',
      'node:fs',
    ],
  ])('takes no plugin from %j', async (entry) => {
    const problems = await problemsOf(open(`project_name: p\nplugins:\n  - ${JSON.stringify(entry)}\n`));
    expect(problems).toMatchObject([{ line: 3, key: 'plugins.0' }]);
    expect(problems[0]?.message).toContain('expected a package, or a file of the project (./…)');
  });

  it('says that a file is not UTF-8, instead of reading other letters than were written', async () => {
    writeFileSync(join(projectDir, 'project.yaml'), Buffer.from('project_name: caf\xe9', 'latin1'));
    const [problem] = await problemsOf(openProject(projectDir));
    expect(problem?.message).toContain('UTF-8');
  });

  it('says that there is no project, for a directory without one and for one that is not there', async () => {
    for (const directory of [projectDir, join(projectDir, 'nowhere')]) {
      const error: unknown = await openProject(directory).catch((thrown: unknown) => thrown);
      expect(isAIFlowError(error, 'project.not_found')).toBe(true);
    }
  });

  it('keeps its state where AIFLOW_HOME says', async () => {
    writeFileSync(join(projectDir, 'project.yaml'), 'project_name: p');
    expect((await openProject(projectDir, { AIFLOW_HOME: '/elsewhere' })).stateDir).toBe('/elsewhere');
  });

  it('is opened by its real path, whatever link leads to it', async () => {
    mkdirSync(join(projectDir, 'real'));
    writeFileSync(join(projectDir, 'real/project.yaml'), 'project_name: p');
    symlinkSync('real', join(projectDir, 'link'));
    expect((await openProject(join(projectDir, 'link'))).projectDir).toBe(join(projectDir, 'real'));
  });
});
