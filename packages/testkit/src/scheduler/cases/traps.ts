import assert from 'node:assert/strict';
import type { CronSchedule, JobRule, NewEvent } from '@aiflow/core';
import { event, finished, modelVersion } from '@aiflow/core';
import { until } from '../../suite/wait.ts';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import type { SchedulerContext } from '../context.ts';
import { project, projectContext, withConfig, workflowOf } from '../context.ts';

const skip = needs('events');
const day = 86_400_000;

function start(jobName: string, condition: JobRule['condition']): JobRule {
  return { jobName, action: 'START', condition };
}

async function publish(context: SchedulerContext, ...events: readonly NewEvent[]): Promise<void> {
  await context.scheduler.events.publish(events);
}

/**
 * Mistakes that AIFlow made, or that its users complained of, by the words in which they were told, as far as no other
 * case is about the same. `traps` lists them all.
 */
export const trapCases: readonly SchedulerCase[] = [
  {
    name: 'an event in the same millisecond as a firing is lost',
    skip,
    run: async (context) => {
      const { workflowExecutionId: id } = await context.run(['b'], [start('b', event({ key: 'news' }))]);
      for (const count of [1, 2, 3]) {
        await publish(context, { key: 'news', value: 'good' }); // the clock stands still
        (await context.runner.begun('b', count)).finish();
        await context.job('b', id, 'FINISHED');
      }
    },
  },
  {
    name: 'sender=None never matches an unset sender',
    skip,
    run: async (context) => {
      await context.run(['b'], [start('b', event({ key: 'news', sender: null }))]);
      await publish(context, { key: 'news', value: 'good', sender: 'somebody' });
      await context.settledAt('b', 0);
      await publish(context, { key: 'news', value: 'good' });
      await context.runner.begun('b');
    },
  },
  {
    name: 'the model-version default namespace never matches what is sent',
    skip,
    run: async (context) => {
      const validated = modelVersion('forecast', { event: 'MODEL_VALIDATED' });
      await context.run(['b'], [start('b', validated)]);
      await publish(context, { key: 'forecast', value: '3', eventType: 'MODEL_GENERATED' });
      await context.settledAt('b', 0);
      await publish(context, { key: 'forecast', value: '3', eventType: 'MODEL_VALIDATED' });
      await context.runner.begun('b');
    },
  },
  {
    name: 'a rule with wildcards matches any namespace, type, sender and key, never a value',
    skip,
    run: async (context) => {
      const wildcards = { namespace: '*', eventType: '*', sender: '*', key: '*' };
      const condition = event({ ...wildcards, value: 'good', life: 'REPEATED' });
      const literal = event({ key: 'news', value: '*' });
      await context.run(['b', 'never'], [start('b', condition), start('never', literal)]);
      await publish(context, { key: 'news', value: 'bad' });
      await context.settledAt('b', 0);
      const other = { namespace: 'n', eventType: 'T', sender: 's', context: null };
      await publish(context, { key: 'whatever', value: 'good', ...other });
      await context.runner.begun('b');
      await context.settledAt('never', 0);
    },
  },
  {
    name: 'first rule wins, all fired rules consume',
    skip,
    run: async (context) => {
      const hold: JobRule = {
        jobName: 'b',
        action: 'NONE',
        condition: event({ key: 'news', value: 'held' }),
      };
      const { workflowExecutionId: id } = await context.run(
        ['a', 'b'],
        [hold, start('b', event({ key: 'news' })), start('b', finished({ jobName: 'a' }))],
      );
      await publish(context, { key: 'news', value: 'held' });
      await context.settledAt('b', 0); // the first says NONE, and the second has used the event as well
      (await context.runner.begun('a')).finish();
      (await context.runner.begun('b')).finish();
      await context.job('b', id, 'FINISHED');
      await context.settledAt('b', 1);
    },
  },
  {
    name: 'a job being killed is not restarted',
    skip,
    run: async (context) => {
      context.runner.holdStops(true);
      const restart: JobRule = { jobName: 'a', action: 'RESTART', condition: event({ key: 'news' }) };
      const { workflowExecutionId: id } = await context.run(['a'], [restart]);
      const attempt = await context.runner.begun('a');
      const stopping = context.scheduler.stopJobExecution('a', id);
      await until('the attempt to be asked to stop', () => attempt.stopRequested, context.patience);
      await publish(context, { key: 'news', value: 'good' });
      attempt.confirmStop();
      assert.equal((await stopping)?.status, 'KILLED');
      await context.settledAt('a', 1);
    },
  },
  {
    name: 'a queued task cannot be stopped',
    skip: needs('pools'),
    run: async (context) => {
      const inPool = { pool: 'pair', poolSlots: 2 };
      const both = workflowOf('workflow', ['a', 'b']);
      const workflow = withConfig(withConfig(both, 'a', inPool), 'b', inPool);
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      (await context.runner.begun('a')).finish();
      await context.job('a', id, 'FINISHED');
      const b = await context.runner.begun('b');
      await context.scheduler.startJobExecution('a', id); // it has to wait for the place of "b"
      assert.equal((await context.scheduler.stopJobExecution('a', id))?.status, 'KILLED');
      b.finish();
      await context.execution(id, 'KILLED');
      assert.equal(context.runner.of('a').length, 1);
    },
  },
  {
    name: 'runs created but tasks never run',
    run: async (context) => {
      await context.submit('workflow', ['a', 'b']);
      const [first, second] = await Promise.all([
        context.scheduler.startNewWorkflowExecution(project, 'workflow'),
        context.scheduler.startNewWorkflowExecution(project, 'workflow'),
      ]);
      await context.reopen(); // before anything else of them can be seen
      for (const jobName of ['a', 'b']) {
        for (const count of [1, 2]) (await context.runner.begun(jobName, count)).finish();
      }
      await context.execution(first?.workflowExecutionId ?? '', 'FINISHED');
      await context.execution(second?.workflowExecutionId ?? '', 'FINISHED');
      assert.equal(context.runner.attempts.length, 4);
    },
  },
  {
    name: 'two runs in one second share a directory',
    run: async (context) => {
      const one = await context.run(['a']);
      const two = await context.run(['a']); // the clock stands still
      assert.notEqual(one.workflowExecutionId, two.workflowExecutionId);
      await context.runner.begun('a', 2);
      const attempts = await Promise.all(
        [one, two].map((each) => context.job('a', each.workflowExecutionId, 'RUNNING')),
      );
      const [first, second] = attempts;
      assert.notEqual(first?.jobExecutionId, second?.jobExecutionId);
      assert.notEqual(first?.logDir, second?.logDir);
    },
  },
  {
    name: 'workflow cron drops the day field',
    skip: needs('workflowSchedules'),
    run: async (context) => {
      const tomorrow = (Math.floor(context.clock.now() / day) + 1) * day;
      const wanted = new Date(tomorrow + day).getUTCDate();
      const cron = { kind: 'cron' as const, cron: `0 0 0 ${wanted} * * *`, timezone: 'UTC' };
      const schedule: CronSchedule = { ...cron, startDate: null, missedTicks: 'latest' };
      await context.scheduler.submitWorkflow(
        { ...workflowOf('a', ['a']), schedules: [schedule] },
        projectContext(),
      );
      await context.clock.advance(tomorrow - context.clock.now());
      await context.settledAt('a', 0);
      await context.clock.advance(day);
      await context.runner.begun('a');
      await context.settledAt('a', 1);
    },
  },
];
