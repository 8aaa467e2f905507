import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { TestProject, chain, runJson } from './aiflow.ts';
import { scriptedScheduler } from './scripted-scheduler.ts';

const patience = { timeout: 30_000, interval: 50 };

describe('aiflow run of a workflow that has no end of its own', () => {
  it('says first that it runs until Ctrl-C, and why', async () => {
    await using project = await TestProject.create({
      'workflows/w/w.ts': `import { defineWorkflow, event, finished } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
export default defineWorkflow('w', (workflow) => {
  const draw = (job) => { job.node(bash('touch "$AIFLOW_EXECUTION_DIR/ran"')); };
  const first = workflow.job('first', draw);
  workflow.job('later', draw).startWhen(finished(first)).restartWhen(event({ key: 'new_data' }));
  workflow.job('alarm', draw).startWhen(event({ key: 'alarm' }));
  workflow.job('tick', draw).schedule({ interval: '1d' });
});`,
    });
    const running = project.spawn(['run', 'w', '-o', 'json']);
    const executions = join(project.directory, '.aiflow/executions');
    await vi.waitUntil(
      () =>
        existsSync(executions) &&
        readdirSync(executions).some((name) => existsSync(join(executions, name, 'shared/ran'))),
      patience,
    );
    running.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.stderr.split('\n')[0]).toBe(
      'w runs until Ctrl-C: tick comes round by time, and later, alarm wait for events',
    );
    expect(ended.exitCode).toBe(130);
    expect(runJson(ended).status).toBe('KILLED');
  });

  it('runs one with a schedule once, now', async () => {
    await using project = await TestProject.create({
      ...chain('w', { a: 'true' }),
      'workflows/w/w.yaml': "periodic_config:\n  cron: '0 6 1 1 *'\n",
    });
    const ended = await project.aiflow('run', 'w', '-o', 'json');
    expect(ended.exitCode).toBe(0);
    expect(ended.stderr).not.toContain('Ctrl-C');
    expect(runJson(ended).jobs.map(({ status }) => status)).toEqual(['FINISHED']);
  });
});

describe('what is shown of attempts', () => {
  it('tells retries, restarts, time limits and full pools', async () => {
    await using project = await TestProject.create({
      ...scriptedScheduler([
        { status: 'INIT', attempt: 1, reason: 'queued' },
        { status: 'RUNNING', attempt: 1, reason: null },
        { status: 'FAILED', attempt: 1, reason: 'timeout' },
        { status: 'INIT', attempt: 2, reason: 'retrying' },
        { status: 'RUNNING', attempt: 2, reason: null },
        { status: 'FAILED', attempt: 2, reason: null },
        { status: 'INIT', attempt: 3, reason: 'retrying' },
        { status: 'RUNNING', attempt: 3, reason: null },
        { status: 'KILLED', attempt: 3, reason: 'stopped' },
        { status: 'INIT', attempt: 4, reason: null },
        { status: 'RUNNING', attempt: 4, reason: null },
        { status: 'FINISHED', attempt: 4, reason: null },
      ]),
      ...chain('w', { a: 'true' }),
      'workflows/w/w.yaml': 'a:\n  pool: gpu\n  retry: { limit: 3, delay: 10s, backoff: 2, jitter: 0 }\n',
    });
    const ended = await project.aiflow('run', 'w');
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout.split('\n').slice(0, 12)).toEqual([
      '· a  waits for a place in the pool gpu',
      '▸ a  RUNNING',
      '✗ a  FAILED  1.0 s  (timeout: it ran for too long)',
      '· a  attempt 2 of 4 in 10 seconds',
      '▸ a  RUNNING  (attempt 2)',
      '✗ a  FAILED  1.0 s',
      '· a  attempt 3 of 4 in 20 seconds',
      '▸ a  RUNNING  (attempt 3)',
      '■ a  KILLED  1.0 s  (stopped)',
      '▸ a  RUNNING  (attempt 4)',
      '✓ a  FINISHED  1.0 s',
      expect.stringMatching(/^w FINISHED/),
    ]);
  });
});
