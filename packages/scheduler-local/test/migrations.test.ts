import { finished } from '@aiflow/core';
import { createScriptedRunner, createTestHost, testAttempt } from '@aiflow/testkit';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { localScheduler } from '../src/plugin.ts';
import { applicationId, migrations } from '../src/store/schema.ts';
import { until } from './harness.ts';
import { context, job, project, rule, workflowOf } from './workflow.ts';

const workflow = workflowOf('workflow', ['a', 'b', 'c'], [rule('b', 'START', finished(job('a')))]);

/** What an older release left: an execution with one job that runs, and another that is being stopped. */
function leaveBehind(file: string, version: number): void {
  const database = new Database(file);
  for (const statements of migrations.slice(0, version)) database.exec(statements);
  database.pragma(`application_id = ${applicationId}`);
  database.pragma(`user_version = ${version}`);
  const { projectName, snapshotId, uri } = context;
  database
    .prepare('INSERT INTO workflow_versions VALUES (1, ?, ?, ?, ?, ?, ?, 1)')
    .run(projectName, 'workflow', snapshotId, uri, '{}', JSON.stringify(workflow));
  database.prepare('INSERT INTO workflows VALUES (?, ?, 1, 0)').run(projectName, 'workflow');
  database
    .prepare(
      "INSERT INTO executions VALUES (1, 'execution', ?, 'workflow', 1, 'RUNNING', NULL, NULL, '{}', 'key', 1, NULL)",
    )
    .run(projectName);
  const attempt = database.prepare(
    `INSERT INTO attempts (seq, attempt_id, execution_seq, job_name, attempt_number, status, reason, begun_at)
     VALUES (?, ?, 1, ?, 1, 'RUNNING', ?, 1)`,
  );
  attempt.run(1, 'attempt-a', 'a', null);
  attempt.run(2, 'attempt-c', 'c', 'stopping');
  if (version >= 4) database.exec("UPDATE attempts SET stop_for = 'stop' WHERE reason = 'stopping'");
  const event = database.prepare(
    `INSERT INTO events (version, key, value, event_type, namespace, sender, context, create_time)
     VALUES (?, ?, 'RUNNING', 'JOB_STATUS_CHANGED', ?, 'execution', ?, 1)`,
  );
  event.run(1, 'a', projectName, 'attempt-a');
  event.run(2, 'c', projectName, 'attempt-c');
  database.close();
}

test.each(migrations.map((_, at) => at + 1))(
  'a database of schema %i opens, and what ran goes on',
  async (version) => {
    const host = await createTestHost();
    onTestFinished(async () => await host.dispose());
    leaveBehind(`${host.stateDir}/scheduler.db`, version);
    const runner = createScriptedRunner();
    for (const each of workflow.jobs.filter(({ config }) => config.jobName !== 'b')) {
      const attemptId = `attempt-${each.config.jobName}`;
      runner.start(testAttempt(each, { attemptId, workflowExecutionId: 'execution' }));
    }
    const config = { database: 'scheduler.db', max_running_jobs: 4, pools: {} };
    const scheduler = localScheduler.create(config, { ...host, runner });
    onTestFinished(async () => await scheduler.close());
    await scheduler.start();
    await until('the stop to be carried out', () => runner.of('c')[0]?.ended || null);
    runner.of('a')[0]?.finish();
    (await runner.begun('b')).finish();
    const ended = await until('the end', async () => {
      const info = await scheduler.getWorkflowExecution('execution');
      return info?.endDate === null ? null : info;
    });
    expect(ended?.status).toBe('KILLED');
    const statuses = (await scheduler.listJobExecutions('execution'))?.map(({ jobName, status }) => [
      jobName,
      status,
    ]);
    expect(statuses).toEqual([
      ['a', 'FINISHED'],
      ['c', 'KILLED'],
      ['b', 'FINISHED'],
    ]);
    expect((await scheduler.events.list({ key: 'a' })).map(({ value }) => value)).toEqual([
      'RUNNING',
      'FINISHED',
    ]);
    expect((await scheduler.events.list({ key: 'b' }))[0]?.version).toBeGreaterThan(2);
    const again = await scheduler.startNewWorkflowExecution(project, 'workflow', { idempotencyKey: 'key' });
    expect(again?.workflowExecutionId).toBe('execution');
    await scheduler.startNewWorkflowExecution(project, 'workflow');
    await runner.begun('a', 2);
  },
);
