import assert from 'node:assert/strict';
import { finished } from '@aiflow/core';
import type { SchedulerCase } from '../case.ts';
import { project, projectContext, workflowOf } from '../context.ts';

export const workflowCases: readonly SchedulerCase[] = [
  {
    name: 'submitWorkflow gives what the scheduler now holds',
    run: async ({ scheduler }) => {
      assert.deepEqual(await scheduler.submitWorkflow(workflowOf('penguins', ['a']), projectContext('b')), {
        namespace: project,
        workflowName: 'penguins',
        properties: { owner: 'conformance' },
        snapshotId: 'b'.repeat(64),
        isPaused: false,
      });
    },
  },
  {
    name: 'an execution keeps the definition and the snapshot that it began with',
    run: async (context) => {
      const { scheduler, runner } = context;
      const rules = [
        { jobName: 'second', action: 'START', condition: finished({ jobName: 'first' }) },
      ] as const;
      await scheduler.submitWorkflow(
        workflowOf('pinned', ['first', 'second'], rules, 'old'),
        projectContext('a'),
      );
      const old = await scheduler.startNewWorkflowExecution(project, 'pinned');
      const first = await runner.begun('first');
      await scheduler.submitWorkflow(
        workflowOf('pinned', ['first', 'second'], rules, 'new'),
        projectContext('b'),
      );
      first.finish();
      const { attempt } = await runner.begun('second');
      assert.deepEqual(
        [attempt.job.plan, attempt.snapshotId, attempt.snapshotUri],
        ['old', 'a'.repeat(64), 'memory:a'],
      );
      const info = await scheduler.getWorkflowExecution(old?.workflowExecutionId ?? '');
      assert.equal(info?.workflowInfo.snapshotId, 'a'.repeat(64));
      await scheduler.startNewWorkflowExecution(project, 'pinned');
      const next = await runner.begun('first', 2);
      assert.deepEqual([next.attempt.job.plan, next.attempt.snapshotId], ['new', 'b'.repeat(64)]);
    },
  },
  {
    name: 'workflows of one name in two projects, and names with dots, are not mixed up',
    run: async (context) => {
      const { scheduler } = context;
      await scheduler.submitWorkflow(workflowOf('c', ['one']), projectContext('a', 'a.b'));
      await scheduler.submitWorkflow(workflowOf('b.c', ['two']), projectContext('b', 'a'));
      await scheduler.submitWorkflow(workflowOf('c', ['three']), projectContext('c', 'a'));
      await scheduler.startNewWorkflowExecution('a', 'b.c');
      await context.runner.begun('two');
      assert.equal((await scheduler.listWorkflowExecutions('a', 'b.c')).length, 1);
      assert.deepEqual(await scheduler.listWorkflowExecutions('a.b', 'c'), []);
      assert.deepEqual(await scheduler.listWorkflowExecutions('a', 'c'), []);
      assert.equal((await scheduler.deleteWorkflow('a.b', 'c'))?.snapshotId, 'a'.repeat(64));
      assert.equal((await scheduler.deleteWorkflow('a', 'c'))?.snapshotId, 'c'.repeat(64));
    },
  },
  {
    name: 'what concerns an unknown workflow is null, or an empty list',
    run: async ({ scheduler }) => {
      assert.equal(await scheduler.deleteWorkflow(project, 'unknown'), null);
      assert.equal(await scheduler.pauseWorkflowScheduling(project, 'unknown'), null);
      assert.equal(await scheduler.resumeWorkflowScheduling(project, 'unknown'), null);
      assert.equal(await scheduler.startNewWorkflowExecution(project, 'unknown'), null);
      assert.deepEqual(await scheduler.stopAllWorkflowExecution(project, 'unknown'), []);
      assert.deepEqual(await scheduler.listWorkflowExecutions(project, 'unknown'), []);
      assert.deepEqual(await scheduler.listParkedEvents(project, 'unknown'), []);
    },
  },
  {
    name: 'deleteWorkflow stops what runs, forgets the workflow, and leaves its executions to be seen',
    run: async (context) => {
      const { scheduler, runner } = context;
      const { workflowExecutionId: id } = await context.run(['a']);
      const attempt = await runner.begun('a');
      const deleted = await scheduler.deleteWorkflow(project, 'workflow');
      assert.equal(deleted?.workflowName, 'workflow');
      assert.equal(attempt.ended, true, 'nothing of it runs when the call resolves');
      assert.equal((await scheduler.getWorkflowExecution(id))?.status, 'KILLED');
      assert.deepEqual(
        (await scheduler.listWorkflowExecutions(project, 'workflow')).map((each) => each.workflowExecutionId),
        [id],
      );
      assert.equal(await scheduler.startNewWorkflowExecution(project, 'workflow'), null);
      assert.equal(await scheduler.deleteWorkflow(project, 'workflow'), null);
    },
  },
  {
    name: 'a pause is shown and lifted again, and lets a start by hand and what runs go on',
    run: async (context) => {
      const { scheduler, runner } = context;
      const rules = [{ jobName: 'b', action: 'START', condition: finished({ jobName: 'a' }) }] as const;
      const before = await context.run(['a', 'b'], rules);
      assert.equal((await scheduler.pauseWorkflowScheduling(project, 'workflow'))?.isPaused, true);
      assert.equal((await scheduler.pauseWorkflowScheduling(project, 'workflow'))?.isPaused, true);
      (await runner.begun('a')).finish();
      (await runner.begun('b')).finish();
      await context.execution(before.workflowExecutionId, 'FINISHED');
      const byHand = await scheduler.startNewWorkflowExecution(project, 'workflow');
      assert.equal(byHand?.workflowInfo.isPaused, true);
      await runner.begun('a', 2);
      assert.equal((await scheduler.resumeWorkflowScheduling(project, 'workflow'))?.isPaused, false);
    },
  },
];
