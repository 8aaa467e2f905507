import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/errors.ts';
import { isAIFlowError } from '../../src/errors.ts';
import { shortName } from '../../src/plugin/class-name.ts';
import { openProject } from '../../src/project/project-file.ts';
import { readSettings } from '../../src/project/settings.ts';
import { parseYaml } from '../../src/project/yaml.ts';

let projectDir: string;
beforeEach(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-project-')));
});
afterEach(() => {
  rmSync(projectDir, { recursive: true, force: true });
});

async function problemsOf(promise: Promise<unknown>): Promise<readonly Problem[]> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (!isAIFlowError(error, 'config.invalid')) throw new Error('expected config.invalid', { cause: error });
  return error.problems;
}

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
      [2, 1, 'blobb'],
      [1, 1, 'project_name'],
      [4, 3, 'scheduler.scheduler_clas_name'],
      [5, 3, 'scheduler.scheduler_config'],
    ]);
    expect(problems.find((problem) => problem.key === 'blobb')?.message).toContain('did you mean "blob"?');
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

describe("a workflow's YAML", () => {
  const read = (text: string): ReturnType<typeof readSettings> => {
    mkdirSync(join(projectDir, 'workflows/w'), { recursive: true });
    writeFileSync(join(projectDir, 'workflows/w/w.yaml'), text);
    return readSettings(projectDir, 'w');
  };

  it('need not be there', async () => {
    expect((await readSettings(projectDir, 'w')).jobs.size).toBe(0);
  });

  it('holds a key for each job beside the reserved ones', async () => {
    const settings = await read(
      'properties: {a: 1}\nclean:\n  job_type: bash\n  properties:\n    env: {A: b}\ntrain:\n',
    );
    expect(settings.properties).toEqual({ a: 1 });
    expect(settings.jobs.get('clean')).toEqual({ jobType: 'bash', properties: { env: { A: 'b' } } });
    expect(settings.jobs.get('train')).toEqual({ jobType: null, properties: {} });
  });

  it('finds the place of a key that holds dots', async () => {
    const problems = await problemsOf(read('first: {}\nmy.job:\n  job_type: bash\n  typo: 1\n'));
    expect(problems).toMatchObject([{ line: 4, column: 3, key: 'my.job.typo' }]);
  });

  it('says that a schedule has no effect yet, instead of passing over it', async () => {
    const problems = await problemsOf(read('periodic_config:\n  cron: "* * * * *"\n'));
    expect(problems).toMatchObject([{ line: 1, key: 'periodic_config' }]);
  });

  it('names the line of a key that is not known', async () => {
    const problems = await problemsOf(read('clean:\n  jobtype: bash\ntrain: 3\n'));
    expect(problems.map((problem) => [problem.line, problem.key])).toEqual([
      [2, 'clean.jobtype'],
      [3, 'train'],
    ]);
  });
});

describe('YAML', () => {
  it.each([
    ['a key given twice', 'a: 1\na: 2\n', 2],
    ['a tab', 'a:\n\tb: 1\n', 2],
    ['a bracket that is not closed', 'a: [1, 2\n', 2],
    ['an unknown tag', 'a: 1\nb: !danger x\n', 2],
  ])('is refused with its line: %s', async (_, text, line) => {
    expect((await problemsOf(parseYaml(text, 'f.yaml')))[0]).toMatchObject({ file: 'f.yaml', line });
  });

  it.each([
    ['a list at the top', '- 1\n'],
    ['a prototype key', '__proto__: {a: 1}\n'],
    ['a prototype key deep inside', 'a: [{__proto__: {a: 1}}]\n'],
    ['more than 1 MiB', `a: "${'x'.repeat(1_100_000)}"\n`],
    [
      'aliases that multiply',
      `a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]\n`,
    ],
  ])('is refused: %s', async (_, text) => {
    expect((await problemsOf(parseYaml(text, 'f.yaml'))).length).toBe(1);
  });

  it('finds the place of a value through an alias and in a list', async () => {
    const { locate } = await parseYaml('base: &base\n  k: 1\nuse: *base\nlist:\n  - 1\n  - x: 2\n', 'f.yaml');
    expect(locate(['use', 'k'])).toEqual({ file: 'f.yaml', line: 2, column: 3 });
    expect(locate(['list', 1, 'x'])).toEqual({ file: 'f.yaml', line: 6, column: 5 });
    expect(locate(['nowhere'])).toEqual({ file: 'f.yaml', line: 1, column: 1 });
  });
});
