import type { ContextExtractor, Event, EventContext, SchedulerHost } from '@aiflow/core';
import { AIFlowError, any, event, finished } from '@aiflow/core';
import { createManualClock, createScriptedRunner, createTestHost, settle } from '@aiflow/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { LocalScheduler } from '../src/scheduler.ts';
import type { Rig } from './harness.ts';
import { openRig, until } from './harness.ts';
import { context, job, project, rule, workflowOf } from './workflow.ts';

const byModule: ContextExtractor = { kind: 'module', module: 'context.ts', exportName: 'default' };
const byValue: ContextExtractor = { kind: 'field', field: 'value', pointer: null };
const onGo = { action: 'START', condition: event({ key: 'go' }) } as const;
const onNews = rule('b', 'START', event({ key: 'news' }));
const asValue = (told: Event): EventContext => ({ contexts: [told.value] });

async function publish(
  rig: Rig,
  ...events: readonly (readonly [key: string, value: string])[]
): Promise<void> {
  await rig.scheduler.events.publish(events.map(([key, value]) => ({ key, value })));
  await settle();
}

function parked(rig: Rig, name: string): Promise<string[]> {
  return rig.scheduler
    .listParkedEvents(project, name)
    .then((events) => events.map(({ event: { key, value }, reason }) => `${key} ${value}: ${reason}`));
}

test('a function of the project says which executions an event belongs to', async () => {
  const rig = await openRig({ contextOf: asValue });
  const more = { workflow: { contextExtractor: byModule } };
  const north = await rig.run(['a', 'b'], [onNews], { ...more, context: 'north' });
  const south = await rig.run(['a', 'b'], [onNews], { ...more, context: 'south' });
  await publish(rig, ['news', 'south']);
  expect(await rig.attempts('b', south)).toHaveLength(1);
  expect(await rig.attempts('b', north)).toHaveLength(0);
});

test('what belongs to an execution that waits is kept, once its function says so, and told when it begins', async () => {
  const rig = await openRig({ contextOf: asValue });
  const workflow = { contextExtractor: byModule, limits: { executions: 1 } };
  const first = await rig.run(['a', 'b'], [onNews], { workflow, context: 'north' });
  const second = await rig.run(['a', 'b'], [onNews], { workflow, context: 'south' });
  await publish(rig, ['news', 'south'], ['news', 'north'], ['news', 'east']);
  expect(await rig.attempts('b', first)).toHaveLength(1);
  await rig.restart();
  await rig.scheduler.stopWorkflowExecution(first);
  expect(await rig.attempts('b', second)).toHaveLength(1);
});

test('an execution that an event starts hears the events that follow it', async () => {
  const rig = await openRig({ contextOf: asValue });
  const workflow = { contextExtractor: byModule, workflowRules: [onGo] };
  await rig.scheduler.submitWorkflow(workflowOf('w', ['a', 'b'], [onNews], { workflow }), context);
  await publish(rig, ['go', 'north'], ['news', 'north'], ['news', 'south']);
  await rig.runner.begun('b');
  expect(await rig.executions('w')).toEqual(['RUNNING north']);
});

test('an event on which an extractor fails is parked with its reason, said once, and harms nobody else', async () => {
  const rig = await openRig({
    contextOf: (told, workflowName) => {
      if (told.value === 'bad' && workflowName === 'careless') throw new Error('no such region');
      return asValue(told);
    },
  });
  const workflow = { contextExtractor: byModule, workflowRules: [onGo] };
  await rig.submit('careless', { workflow });
  await rig.submit('careful', { workflow });
  await publish(rig, ['go', 'bad'], ['go', 'good']);
  expect(await rig.executions('careless')).toEqual(['RUNNING good']);
  expect(await rig.executions('careful')).toEqual(['RUNNING bad', 'RUNNING good']);
  expect(await parked(rig, 'careful')).toEqual([]);
  await rig.restart();
  await settle();
  const [reason, ...others] = await parked(rig, 'careless');
  expect(reason).toMatch(/^go bad: .*no such region/);
  expect(others).toEqual([]);
  expect(rig.host.logger.records.filter(({ level }) => level === 'error')).toHaveLength(1);
  await rig.scheduler.deleteWorkflow(project, 'careless');
  expect(await parked(rig, 'careless')).toEqual([]);
});

test('an event with a field that names too many contexts is parked too', async () => {
  const rig = await openRig();
  const long = 'x'.repeat(2000);
  await rig.run(['a', 'b'], [onNews], {
    name: 'w',
    workflow: { contextExtractor: byValue, workflowRules: [onGo] },
  });
  await publish(rig, ['news', long], ['go', long]);
  expect((await parked(rig, 'w')).map((text) => text.slice(0, 4))).toEqual(['news', 'go x']);
});

test('an event is durable before anything is asked about it, and what was not answered is asked by the next', async () => {
  const answer = Promise.withResolvers<void>();
  const asked: number[] = [];
  const rig = await openRig({
    contextOf: async (told) => {
      asked.push(told.version);
      await answer.promise;
      return asValue(told);
    },
  });
  const workflow = { contextExtractor: byModule, workflowRules: [onGo] };
  await rig.submit('slow', { workflow });
  await rig.submit('quick', { workflow: { ...workflow, contextExtractor: byValue } });
  await publish(rig, ['go', 'one'], ['go', 'two']);
  expect(asked).toEqual([1]);
  expect(await rig.executions('quick')).toEqual(['RUNNING one', 'RUNNING two']);
  await rig.restart();
  answer.resolve();
  await until('both', async () => (await rig.executions('slow')).length === 2 || null);
  expect(await rig.executions('slow')).toEqual(['RUNNING one', 'RUNNING two']);
  await rig.restart();
  await settle();
  expect(await rig.executions('slow')).toEqual(['RUNNING one', 'RUNNING two']);
});

test('a paused workflow keeps its events, and the executions that run are told of them', async () => {
  const rig = await openRig({ contextOf: asValue });
  const workflow = {
    contextExtractor: byModule,
    workflowRules: [{ ...onGo, condition: event({ key: 'news' }) }],
  };
  const id = await rig.run(['a', 'b'], [onNews], { name: 'w', context: 'north', workflow });
  await rig.scheduler.pauseWorkflowScheduling(project, 'w');
  await publish(rig, ['news', 'north'], ['news', 'south']);
  expect(await rig.attempts('b', id)).toHaveLength(1);
  (await rig.runner.begun('b')).finish();
  await settle();
  await rig.restart();
  await rig.scheduler.resumeWorkflowScheduling(project, 'w');
  await settle();
  expect(await rig.executions('w')).toEqual(['RUNNING north', 'RUNNING south']);
  expect(await rig.attempts('b', id)).toHaveLength(1);
});

test('where nothing starts by itself the executions that run are told all the same', async () => {
  const rig = await openRig({ contextOf: asValue, startsByItself: false });
  const workflow = { contextExtractor: byModule, workflowRules: [onGo] };
  const id = await rig.run(['a', 'b'], [onNews], { context: 'north', workflow });
  await publish(rig, ['go', 'east'], ['news', 'north']);
  expect(await rig.attempts('b', id)).toHaveLength(1);
  expect(await rig.executions('workflow')).toEqual(['RUNNING north']);
});

test('events wait while a snapshot cannot be fetched, and are parked when it never can', async () => {
  const clock = createManualClock();
  const host = await createTestHost({ clock, contextOf: asValue });
  let fault: AIFlowError | null = new AIFlowError('blob.unavailable', 'the store does not answer');
  let asked = 0;
  const contextExtractor: SchedulerHost['contextExtractor'] = async (...request) => {
    asked += 1;
    if (fault !== null) throw fault;
    return await host.contextExtractor(...request);
  };
  const scheduler = new LocalScheduler(
    { database: 'scheduler.db', max_running_jobs: 4, pools: {} },
    { ...host, runner: createScriptedRunner(), contextExtractor },
  );
  onTestFinished(async () => {
    await scheduler.close();
    await host.dispose();
  });
  await scheduler.start();
  const workflow = { contextExtractor: byModule, workflowRules: [onGo] };
  await scheduler.submitWorkflow(workflowOf('w', ['a'], [], { workflow }), context);
  await scheduler.events.publish([{ key: 'go', value: 'north' }]);
  await until('it to be asked for', () => asked || null);
  await settle();
  fault = null;
  await clock.advance(500);
  await until('it to start', async () => (await scheduler.listWorkflowExecutions(project, 'w'))[0] ?? null);
  expect(asked).toBe(2);
  expect(await scheduler.listParkedEvents(project, 'w')).toEqual([]);
  fault = new AIFlowError('blob.not_found', 'there is no such snapshot');
  await scheduler.submitWorkflow(workflowOf('gone', ['a'], [], { workflow }), context);
  await scheduler.events.publish([{ key: 'go', value: 'south' }]);
  const [event] = await until('it to be parked', async () => {
    const found = await scheduler.listParkedEvents(project, 'gone');
    return found.length > 0 ? found : null;
  });
  expect(event?.reason).toBe('there is no such snapshot');
});

test.each([false, true])(
  'an event that is told late does not fire again what fired by a newer one (restarted: %s)',
  async (isRestarted) => {
    const answer = Promise.withResolvers<void>();
    const rig = await openRig({
      contextOf: async ({ value }) => {
        if (value === 'late') await answer.promise;
        return { broadcast: true };
      },
    });
    const either = rule('b', 'START', any(event({ key: 'news' }), finished(job('a'))));
    const id = await rig.run(['a', 'b'], [either], { workflow: { contextExtractor: byModule } });
    const a = await rig.runner.begun('a');
    await publish(rig, ['news', 'late']);
    a.finish();
    (await rig.runner.begun('b')).finish();
    await rig.untilJob('b', id, 'FINISHED');
    if (isRestarted) await rig.restart();
    answer.resolve();
    await settle();
    expect(await rig.attempts('b', id)).toHaveLength(1);
    await publish(rig, ['news', 'newer']);
    await rig.runner.begun('b', 2);
  },
);
