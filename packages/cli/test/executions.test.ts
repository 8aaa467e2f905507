import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Ended } from './aiflow.ts';
import { TestProject, chain, expectErrors } from './aiflow.ts';

const patience = { timeout: 30_000, interval: 50 };

interface Listed {
  readonly workflow_execution_id: string;
  readonly workflow_name: string;
  readonly status: string;
  readonly reason: string | null;
  readonly start_date: string | null;
  readonly end_date: string | null;
}

function listed(ended: Ended): Listed[] {
  expect(ended.exitCode).toBe(0);
  return JSON.parse(ended.stdout) as Listed[];
}

/** A workflow that waits for events, with a job that runs until it is stopped and one that waits for its place. */
function openEnded(name: string): Record<string, string> {
  return {
    [`workflows/${name}/${name}.ts`]: `import { defineWorkflow, event } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
export default defineWorkflow('${name}', (workflow) => {
  workflow.limit({ executions: 1 });
  workflow.job('long', (job) => { job.node(bash('echo $$ > "$AIFLOW_EXECUTION_DIR/pid"; sleep 987 & wait')); });
  workflow.job('queued', { pool: 'one' }, (job) => { job.node(bash('touch "$AIFLOW_EXECUTION_DIR/one"; sleep 987')); });
  workflow.job('behind', { pool: 'one' }, (job) => { job.node(bash('touch "$AIFLOW_EXECUTION_DIR/two"; sleep 987')); });
  workflow.job('later', (job) => { job.node(bash('true')); }).startWhen(event({ key: 'never' }));
});
`,
  };
}

const pools =
  'project_name: test\nscheduler: { scheduler_config: { max_running_jobs: 50, pools: { one: 1 } } }\n';

/** Runs a workflow until its jobs run, and kills the run; gives the shared directory of its execution. */
async function leaveOpen(project: TestProject, workflow: string, waits: boolean = true): Promise<string> {
  const executions = join(project.directory, '.aiflow/executions');
  const before = new Set(existsSync(executions) ? readdirSync(executions) : []);
  const run = project.spawn(['run', workflow]);
  const shared = await vi.waitUntil(() => {
    const added = (existsSync(executions) ? readdirSync(executions) : []).find((name) => !before.has(name));
    const found = join(executions, added ?? '-', 'shared');
    const began = (name: string): boolean => existsSync(join(found, name));
    return began('pid') && (!waits || began('one') || began('two')) ? found : null;
  }, patience);
  run.kill('SIGKILL');
  await run.ended;
  return shared;
}

const idOf = (shared: string): string => shared.split('/').at(-2) ?? '';
const isRunning = (shared: string): boolean =>
  existsSync(`/proc/${readFileSync(join(shared, 'pid'), 'utf8').trim()}`);
const begun = (shared: string): string[] =>
  readdirSync(shared)
    .filter((name) => name === 'one' || name === 'two')
    .sort();

describe('ending what a killed run left open', () => {
  it('stops one execution with its processes, and lets all others be as they are', async () => {
    await using project = await TestProject.create({
      ...openEnded('w'),
      ...openEnded('other'),
      'project.yaml': pools.replace('one: 1', 'one: 2'),
    });
    const shared = await leaveOpen(project, 'w');
    const others = await leaveOpen(project, 'other', false);
    await project.write({ 'project.yaml': pools.replace('one: 1', 'one: 9') }); // now there is room for all
    try {
      expect(begun(others)).toEqual([]);
      const list = listed(await project.aiflow('workflow', 'list-executions', 'w', '-o', 'json'));
      expect(list).toMatchObject([
        { workflow_execution_id: idOf(shared), status: 'RUNNING', end_date: null },
      ]);
      expect(isRunning(shared)).toBe(true);

      const ended = await project.aiflow('workflow', 'stop-execution', idOf(shared), '-o', 'json');
      expect(listed(ended)).toMatchObject([
        { workflow_execution_id: idOf(shared), workflow_name: 'w', status: 'KILLED', reason: 'stopped' },
      ]);
      expect(ended.stderr).toBe('');
      expect(isRunning(shared)).toBe(false);
      expect(isRunning(others)).toBe(true);
      expect(begun(others)).toEqual([]);

      const again = await project.aiflow('workflow', 'stop-execution', idOf(shared));
      expect(again).toMatchObject({
        exitCode: 0,
        stdout: `nothing to stop: ${idOf(shared)} (workflow w) has ended KILLED`,
      });
      const table = await project.aiflow('workflow', 'list-executions', 'w');
      expect(table.stdout).toMatch(
        new RegExp(
          `^EXECUTION +STATUS +REASON +START +END\\n${idOf(shared)} +KILLED +stopped +\\S+Z +\\S+Z$`,
        ),
      );
    } finally {
      await project.aiflow('workflow', 'stop-executions', 'other');
    }
    expect(isRunning(others)).toBe(false);
  });

  it('leaves what waits for its place to the next run, which begins it', async () => {
    await using project = await TestProject.create({
      ...openEnded('w'),
      ...chain('quick', { a: 'until [ -e "$GO" ]; do sleep 0.05; done' }),
      'project.yaml': pools,
    });
    const shared = await leaveOpen(project, 'w');
    const [first] = begun(shared);
    try {
      await project.write({ 'project.yaml': pools.replace('one: 1', 'one: 2') });
      await project.aiflow('workflow', 'list-executions', 'w');
      await project.aiflow('workflow', 'stop-executions', 'quick');
      expect(begun(shared)).toEqual([first]);
      const go = join(project.directory, '.aiflow/go');
      const run = project.spawn(['run', 'quick'], { GO: go });
      await vi.waitUntil(() => begun(shared).length === 2, patience);
      await project.write({ '.aiflow/go': '' });
      const { stderr, exitCode } = await run.ended;
      expect(exitCode).toBe(0);
      expect(stderr.split('\n')[0]).toContain(`"aiflow workflow stop-execution ${idOf(shared)}"`);
    } finally {
      await project.aiflow('workflow', 'stop-executions', 'w');
    }
    expect(isRunning(shared)).toBe(false);
  });

  it('stops all executions of a workflow, also one that waits, and says so when there is none', async () => {
    await using project = await TestProject.create({ ...openEnded('w'), 'project.yaml': pools });
    expect(await project.aiflow('workflow', 'stop-executions', 'w')).toMatchObject({
      exitCode: 0,
      stdout: 'nothing to stop: every execution of workflow w has ended',
    });
    const shared = await leaveOpen(project, 'w');
    const waiting = project.spawn(['run', 'w']);
    await vi.waitUntil(() => waiting.told().includes('w waits'), patience);
    expectErrors(
      await project.aiflow('workflow', 'list-executions', 'w'),
      /^error: executions cannot be listed while .* runs \(process \d+\): /,
    );
    const refused = await project.aiflow('workflow', 'stop-execution', idOf(shared));
    expectErrors(refused, /^error: executions cannot be stopped .* \(process \d+\): Ctrl-C ends the run/);
    waiting.kill('SIGKILL');
    await waiting.ended;
    const open = listed(await project.aiflow('workflow', 'list-executions', 'w', '-o', 'json'));
    const ended = listed(await project.aiflow('workflow', 'stop-executions', 'w', '-o', 'json'));
    expect(open.map(({ status, reason }) => [status, reason])).toEqual([
      ['INIT', 'queued'],
      ['RUNNING', null],
    ]);
    expect(ended.map(({ workflow_execution_id: id }) => id)).toEqual(
      open.map(({ workflow_execution_id: id }) => id),
    );
    expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['KILLED']));
    expect(isRunning(shared)).toBe(false);
    const nothing = await project.aiflow('workflow', 'stop-executions', 'w', '-o', 'json');
    expect(listed(nothing)).toEqual([]);
    expect(nothing.stderr).toContain('nothing to stop');
  });

  it('refuses what it does not know in one line', async () => {
    await using project = await TestProject.create(chain('penguins', { a: 'true' }));
    expectErrors(
      await project.aiflow('workflow', 'stop-execution', 'none'),
      /there is no execution "none": "aiflow workflow list-executions WORKFLOW" shows/,
    );
    for (const command of ['stop-executions', 'list-executions']) {
      expectErrors(await project.aiflow('workflow', command, 'pengiuns'), /did you mean "penguins"\?/);
      expectErrors(await project.aiflow('workflow', command, '../w'), /workflow name .* is not allowed/);
      expectErrors(await project.aiflow('workflow', command), 'WORKFLOW is missing');
    }
    expect(listed(await project.aiflow('workflow', 'list-executions', 'penguins', '-o', 'json'))).toEqual([]);
  });

  it('still knows the executions of a workflow whose files are gone', async () => {
    await using project = await TestProject.create(chain('old', { a: 'true' }));
    await project.aiflow('run', 'old');
    await project.aiflow('run', 'old');
    await project.write({ 'workflows/old/old.ts': '' });
    const list = listed(await project.aiflow('workflow', 'list-executions', 'old', '-o', 'json'));
    expect(list.map(({ status }) => status)).toEqual(['FINISHED', 'FINISHED']);
    const starts = list.map(({ start_date: start }) => start ?? '');
    expect(starts).toEqual(starts.toSorted().toReversed());
  });
});

describe('a run that waits for an older execution of its workflow', () => {
  it('says at once for which, and how that is ended', async () => {
    await using project = await TestProject.create({ ...openEnded('w'), 'project.yaml': pools });
    const shared = await leaveOpen(project, 'w');
    const run = project.spawn(['run', 'w']);
    await vi.waitUntil(() => run.told().includes('w waits'), patience);
    run.kill('SIGINT');
    const { stderr, exitCode } = await run.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(
      new RegExp(
        `^w waits, since its limit of executions is reached: .* beside ${idOf(shared)}; to end one, Ctrl-C here, ` +
          `then "aiflow workflow stop-execution ${idOf(shared)}"$`,
        'm',
      ),
    );
    await project.aiflow('workflow', 'stop-execution', idOf(shared));
    expect(isRunning(shared)).toBe(false);
  });
});
