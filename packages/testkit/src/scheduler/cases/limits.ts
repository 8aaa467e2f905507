import assert from 'node:assert/strict';
import type { JobRule, StartExecutionOptions, Workflow, WorkflowExecutionInfo } from '@aiflow/core';
import { all, event } from '@aiflow/core';
import { rejectsWithCode } from '../../suite/expect.ts';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import type { SchedulerContext } from '../context.ts';
import { project, workflowOf } from '../context.ts';

const skip = needs('limits');

function ofTwoJobs(name: string, jobs: readonly string[]): Workflow {
  return { ...workflowOf(name, jobs), limits: { jobs: 2 } };
}

function when(jobName: string, condition: JobRule['condition']): JobRule {
  return { jobName, action: 'START', condition };
}

/** Starts an execution of a workflow that may have one at a time. */
async function startOne(
  context: SchedulerContext,
  jobs: readonly string[],
  rules: readonly JobRule[] = [],
  options: StartExecutionOptions = {},
): Promise<WorkflowExecutionInfo> {
  const workflow = { ...workflowOf('workflow', jobs, rules), limits: { executions: 1 } };
  return await context.runWorkflow(workflow, options);
}

export const limitCases: readonly SchedulerCase[] = [
  {
    name: 'no more jobs of an execution run at once than its workflow allows, and others are not held up',
    skip,
    run: async (context) => {
      const { runner } = context;
      const { workflowExecutionId: id } = await context.runWorkflow(ofTwoJobs('workflow', ['a', 'b', 'c']));
      const a = await runner.begun('a');
      await runner.begun('b');
      await context.runWorkflow(ofTwoJobs('other', ['d']));
      await runner.begun('d');
      await context.settledAt('c', 0);
      await context.waits('c', id, 1, 'queued');
      a.finish();
      await runner.begun('c');
    },
  },
  {
    name: 'executions of a workflow share the jobs that it may run at once, also after a restart, and other workflows do not',
    skip,
    run: async (context) => {
      const { runner } = context;
      const workflow = ofTwoJobs('workflow', ['a']);
      await context.runWorkflow(workflow);
      await context.runWorkflow(workflow);
      const { workflowExecutionId: third } = await context.runWorkflow(workflow);
      await runner.begun('a', 2);
      await context.runWorkflow(ofTwoJobs('other', ['b']));
      await runner.begun('b');
      await context.settledAt('a', 2);
      await context.waits('a', third, 1, 'queued');
      await context.reopen();
      await context.settledAt('a', 2);
      (await runner.begun('a')).finish();
      assert.equal((await runner.begun('a', 3)).attempt.workflowExecutionId, third);
    },
  },
  {
    name: 'executions beyond the limit of their workflow wait without attempts, and begin in order, also after a restart',
    skip,
    run: async (context) => {
      const { scheduler, runner } = context;
      const first = await startOne(context, ['a']);
      const second = await startOne(context, ['a']);
      const third = await startOne(context, ['a']);
      assert.deepEqual([second.status, second.reason, second.startDate], ['INIT', 'queued', null]);
      assert.deepEqual(await scheduler.listJobExecutions(second.workflowExecutionId), []);
      await context.settledAt('a', 1);
      await context.reopen();
      await context.settledAt('a', 1);
      (await runner.begun('a')).finish();
      await context.execution(first.workflowExecutionId, 'FINISHED');
      const next = await runner.begun('a', 2);
      assert.equal(next.attempt.workflowExecutionId, second.workflowExecutionId);
      await context.execution(second.workflowExecutionId, 'RUNNING');
      await context.settledAt('a', 2);
      next.fail();
      const last = await runner.begun('a', 3);
      assert.equal(last.attempt.workflowExecutionId, third.workflowExecutionId);
    },
  },
  {
    name: 'an execution that waits can be stopped, and nothing of it can be started',
    skip,
    run: async (context) => {
      const { runner } = context;
      await startOne(context, ['a']);
      const { workflowExecutionId: id } = await startOne(context, ['a']);
      for (const call of ['startJobExecution', 'restartJobExecution', 'stopJobExecution'] as const) {
        await rejectsWithCode(async () => await context.scheduler[call]('a', id), 'scheduler.not_allowed');
      }
      assert.equal((await context.scheduler.stopWorkflowExecution(id))?.status, 'KILLED');
      (await runner.begun('a')).finish();
      await context.settledAt('a', 1);
      const last = await context.scheduler.startNewWorkflowExecution(project, 'workflow');
      assert.equal((await runner.begun('a', 2)).attempt.workflowExecutionId, last?.workflowExecutionId);
    },
  },
  {
    name: 'deleteWorkflow ends what waits of it, too, and begins none of it',
    skip,
    run: async (context) => {
      const { runner } = context;
      const first = await startOne(context, ['a']);
      const second = await startOne(context, ['a']);
      await runner.begun('a');
      await context.scheduler.deleteWorkflow(project, 'workflow');
      for (const { workflowExecutionId: id } of [first, second]) {
        assert.equal((await context.scheduler.getWorkflowExecution(id))?.status, 'KILLED');
      }
      await context.settledAt('a', 1);
    },
  },
  {
    name: 'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
    skip: (options) => skip(options) ?? needs('events')(options),
    run: async (context) => {
      const { runner } = context;
      const saysOf = (value: string): JobRule['condition'] =>
        all(event({ key: 'k', value }), event({ key: 'go' }));
      const rules = [
        when('of-context', event({ key: 'x' })),
        when('of-id', event({ key: 'y' })),
        when('of-all', event({ key: 'z' })),
        when('of-other', event({ key: 'o' })),
        when('old', saysOf('1')),
        when('new', saysOf('2')),
      ];
      const jobs = ['a', ...rules.map(({ jobName }) => jobName)];
      const first = await startOne(context, jobs, rules, { context: 'south' });
      const { workflowExecutionId } = await startOne(context, jobs, rules, { context: 'north' });
      const north = { value: '', context: 'north' };
      await context.scheduler.events.publish([
        { key: 'o', value: '', context: 'south' },
        { ...north, key: 'x' },
        { key: 'y', value: '', workflowExecutionId },
        { ...north, key: 'k', value: '1' },
        { ...north, key: 'k', value: '2' },
      ]);
      await context.reopen();
      await context.scheduler.events.publish([{ key: 'z', value: '' }]);
      await context.scheduler.events.publish([{ ...north, key: 'go' }]);
      await runner.begun('of-other');
      await runner.begun('of-all');
      await context.settledAt('of-context', 0);
      await context.scheduler.stopWorkflowExecution(first.workflowExecutionId);
      const begun = [
        await runner.begun('of-context'),
        await runner.begun('of-id'),
        await runner.begun('of-all', 2),
        await runner.begun('new'),
      ];
      for (const { attempt } of begun) assert.equal(attempt.workflowExecutionId, workflowExecutionId);
      await context.settledAt('old', 0);
      await context.settledAt('of-other', 1);
    },
  },
];
