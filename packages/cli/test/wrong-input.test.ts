import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestProject, chain, expectErrors, mayMount } from './aiflow.ts';

const good = chain('w', { a: 'true' });

describe('wrong input ends with one line for each problem and exit code 2', () => {
  it('on the command line', async () => {
    await using project = await TestProject.create(good);
    for (const word of ['toString', '__proto__', 'constructor']) {
      expectErrors(await project.aiflow(word), `there is no command "${word}"`);
    }
    expectErrors(await project.aiflow('rnu', 'w'), 'did you mean "aiflow run"?');
    expectErrors(await project.aiflow('workflow', 'shwo', 'w'), 'did you mean "aiflow workflow show"?');
    expectErrors(await project.aiflow('run'), 'WORKFLOW is missing');
    expectErrors(await project.aiflow('run', 'w', 'x'), 'unexpected argument "x"');
    expectErrors(await project.aiflow('run', 'w', '--projct', 'x'), 'did you mean --project?');
    expectErrors(await project.aiflow('run', 'w', '-o', 'xml'), 'must be one of table, json');
    expectErrors(await project.aiflow('run', 'w', '--output'), 'needs a value');
  });

  it('in the choice of project and workflow', async () => {
    await using project = await TestProject.create(good);
    expectErrors(await project.aiflow('run', 'w', '--project', 'nowhere'), 'expected a project.yaml');
    await project.write(chain('penguins', { a: 'true' }));
    expectErrors(await project.aiflow('run', 'pengiuns'), 'did you mean "penguins"?');
    expectErrors(await project.aiflow('run', 'other'), 'the workflows of this project are penguins, w');
    for (const name of ['..', '../w', 'a/b', 'a b', '🐧', 'a'.repeat(300)]) {
      expectErrors(await project.aiflow('run', name), /workflow name .* is not allowed/);
    }
  });

  it('in a definition', async () => {
    await using project = await TestProject.create(good);
    for (const [text, message] of [
      ['throw new Error("boom");', /w\.ts:1:\d+: the definition threw: boom/],
      ['console.log("printed");', 'must export a workflow'],
      ['process.exit(0);', 'ended its process'],
      ['', 'must export a workflow'],
      ['enum Color { red }', 'as const'],
    ] as const) {
      await project.write({ 'workflows/w/w.ts': text });
      const ended = await project.aiflow('run', 'w');
      expectErrors({ ...ended, stderr: ended.stderr.replace('printed\n', '') }, message);
    }
  });

  it('in configuration, all of it at once', async () => {
    await using project = await TestProject.create(chain('w', { a: 'true', c: 'true' }));
    await project.write({
      'workflows/w/w.yaml':
        'a:\n  properties:\n    envv: {}\n    stop_grace: 1\nb:\n  job_type: bash\nc:\n  job_type: python\n',
    });
    expectErrors(
      await project.aiflow('run', 'w'),
      /w\.yaml:3:5: "a\.properties\.envv" is not an option: did you mean "env"\?/,
      /w\.yaml:4:5: "a\.properties\.stop_grace"/,
      /w\.yaml:5:1: .*no job "b"/,
      /w\.yaml:8:3: .*cannot be "python": write "bash"/,
    );
    await project.write({
      'workflows/w/w.yaml':
        'workflow_name: v\na:\n  timeout: soon\n  job_type: bsh\n  properties: { envv: {} }\n' +
        'cc:\n  job_tpye: bash\npropertys: {}\n' +
        'periodic_config: { cron: "61 * * * *", timezone: Europe/Pariss }\n',
    });
    expectErrors(
      await project.aiflow('run', 'w'),
      /w\.yaml:1:1: .*write "w"/,
      /w\.yaml:3:3: "a\.timeout" is not valid/,
      /w\.yaml:4:3: .*cannot be "bsh": write "bash"/,
      /w\.yaml:5:17: "a\.properties\.envv" is not an option/,
      /w\.yaml:6:1: .*no job "cc": its jobs are a, c/,
      /w\.yaml:7:3: "cc\.job_tpye" .*did you mean "job_type"\?/,
      /w\.yaml:8:1: "propertys" .*did you mean "properties"\?/,
      /w\.yaml:9:20: "periodic_config\.cron" .*minute "61"/,
      /w\.yaml:9:40: "periodic_config\.timezone" .*did you mean "Europe\/Paris"\?/,
    );
    await project.write({
      'workflows/w/w.yaml': '',
      'project.yaml': 'project_name: test\nscheduler:\n  scheduler_config:\n    databse: x\n',
    });
    expectErrors(await project.aiflow('run', 'w'), /project\.yaml:4:5: .*did you mean "database"\?/);
  });

  it('in the choice of plugins', async () => {
    await using project = await TestProject.create(good);
    await project.write({ 'project.yaml': 'project_name: test\nblob:\n  blob_manager_class: oss\n' });
    expectErrors(await project.aiflow('run', 'w'), 'npm install @aiflow/blob-oss');
    await project.write({ 'project.yaml': 'project_name: test\nplugins: ["./plugins/none.ts"]\n' });
    expectErrors(await project.aiflow('run', 'w'), 'plugin ./plugins/none.ts could not be imported');
  });

  it('in plugin files, whatever they do when they are imported', async () => {
    await using project = await TestProject.create(good);
    await project.write({ 'project.yaml': 'project_name: test\nplugins: ["./plugins/mine.ts"]\n' });
    await project.write({ 'plugins/mine.ts': 'process.exit(0);' });
    expectErrors(await project.aiflow('run', 'w'), 'a plugin ended the process while');
    await project.write({ 'plugins/mine.ts': 'throw new Error("broken");' });
    expectErrors(await project.aiflow('run', 'w'), 'plugin ./plugins/mine.ts could not be imported: broken');
  });

  it('in files that would be passed over in silence', async () => {
    await using project = await TestProject.create({ ...good, 'workflows/w/w.yml': 'a: {}' });
    expectErrors(await project.aiflow('run', 'w'), 'w.yml is not read: rename it');
    await project.write({ 'workflows/w/w.js': 'export default 1;' });
    expectErrors(await project.aiflow('run', 'w'), 'has two definitions');
  });

  it('with control characters that are shown and not obeyed', async () => {
    await using project = await TestProject.create({
      'workflows/w/w.ts': 'throw new Error("\\u001b[31mred");',
    });
    expectErrors(await project.aiflow('run', 'w'), /\\x1b\[31mred$/);
  });

  it('in the place for its state', async () => {
    await using project = await TestProject.create({ ...good, file: '' });
    expectErrors(
      await project.spawn(['run', 'w'], { AIFLOW_HOME: 'file/state' }).ended,
      'cannot write the state directory',
    );
    const itself = project.spawn(['run', 'w'], { AIFLOW_HOME: project.directory });
    expectErrors(await itself.ended, 'AIFLOW_HOME is the project itself');
  });

  it('and keeps the notes of a state directory that was there before', async () => {
    await using project = await TestProject.create({ ...good, 'mine/.gitignore': 'precious\n' });
    expect((await project.spawn(['run', 'w'], { AIFLOW_HOME: 'mine' }).ended).exitCode).toBe(0);
    expect(readFileSync(join(project.directory, 'mine/.gitignore'), 'utf8')).toBe('precious\n');
  });

  it.skipIf(!mayMount())('where the state directory is read-only', async () => {
    await using project = await TestProject.create(good);
    await project.write({ '.aiflow/keep': '' });
    const ended = await project.inNameSpace(
      'mount --bind .aiflow .aiflow && mount -o remount,bind,ro .aiflow && $AIFLOW run w',
    );
    expectErrors(ended, /cannot write the state directory .*read-only/);
    expect(readdirSync(join(project.directory, '.aiflow'))).toEqual(['keep']);
  });

  it.skipIf(!mayMount())('where the disk is full, and works again when it is not', async () => {
    await using project = await TestProject.create({ ...good, 'resources/data.bin': 'x'.repeat(300_000) });
    const full = await project.inNameSpace(
      'mkdir -p .aiflow && mount -t tmpfs -o size=128k none .aiflow && $AIFLOW run w',
    );
    expect(full.stderr).toMatch(/^error: .*(no space|full).*\n?$/i);
    expect(full.stdout).toBe('');
    expect(full.exitCode).toBe(2);
    expect((await project.aiflow('run', 'w')).exitCode).toBe(0);
  });

  it.runIf(existsSync('/proc/self'))('in a place where no directory can be made, such as /proc', async () => {
    await using project = await TestProject.create(good);
    const ended = project.spawn(['run', 'w'], { AIFLOW_HOME: '/proc/nope' }).ended;
    expectErrors(await ended, /cannot write the state directory \/proc\/nope/);
  });

  it('leaves nothing behind of a call that ran nothing', async () => {
    const options = (text: string): string =>
      `project_name: test\nscheduler: { scheduler_config: { ${text} } }\n`;
    for (const [files, message] of [
      [{ 'workflows/w/w.ts': 'throw new Error("boom");' }, 'boom'],
      [{ 'workflows/w/w.yaml': 'a: { pool: gpu }\n' }, 'job "a" names pool "gpu"'],
      [{ 'project.yaml': options('pools: { gpu: many }') }, 'scheduler_config.pools.gpu'],
      [{ 'project.yaml': options('databse: x') }, 'did you mean "database"?'],
      [{ 'project.yaml': options('database: "${NOT_SET}"') }, 'NOT_SET'],
    ] as const) {
      await using project = await TestProject.create({ ...good, ...files });
      expectErrors(await project.aiflow('run', 'w'), message);
      expect(existsSync(join(project.directory, '.aiflow'))).toBe(false);
    }
  });
});

describe('a job that cannot run', () => {
  it('fails by itself, with what to do', async () => {
    await using project = await TestProject.create({
      'workflows/w/w.ts': `import { defineWorkflow } from '@aiflow/core';
import { python } from '@aiflow/job-python';
export default defineWorkflow('w', (workflow) => {
  workflow.job('a', (job) => { job.node(python('steps:Step')); });
});`,
      'workflows/w/w.yaml': 'a:\n  properties:\n    python_executable_path: /nowhere/python\n',
    });
    const ended = await project.aiflow('run', 'w');
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toMatch(/a failed: .*\/nowhere\/python/);
    expect(ended.stdout).toContain('python_executable_path');
  });
});
