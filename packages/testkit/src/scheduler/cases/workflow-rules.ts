import assert from 'node:assert/strict';
import type { ContextExtractor, NewEvent, ParkedPageOptions, Workflow, WorkflowRule } from '@aiflow/core';
import { all, event, workflowStatus } from '@aiflow/core';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import type { SchedulerContext } from '../context.ts';
import { project, projectContext, workflowOf } from '../context.ts';

const skip = needs('workflowRules');
const onGo: WorkflowRule = { action: 'START', condition: event({ key: 'go' }) };
const onEnd: WorkflowRule = { action: 'STOP', condition: event({ key: 'end' }) };
const onBoth: WorkflowRule = { action: 'START', condition: all(event({ key: 'x' }), event({ key: 'y' })) };
const byModule: ContextExtractor = { kind: 'module', module: 'context.ts', exportName: 'default' };
const bySender: ContextExtractor = { kind: 'field', field: 'sender', pointer: null };

/** Submits a workflow with one job of the same name. */
async function submit(
  context: SchedulerContext,
  name: string,
  workflowRules: readonly WorkflowRule[],
  more: Partial<Workflow> = {},
): Promise<void> {
  const workflow = { ...workflowOf(name, [name]), workflowRules, ...more };
  await context.scheduler.submitWorkflow(workflow, projectContext());
}

async function publish(
  context: SchedulerContext,
  ...events: readonly (readonly [string, string?])[]
): Promise<void> {
  for (const [key, of = null] of events) {
    const published: NewEvent = { key, value: '', context: of };
    await context.scheduler.events.publish([published]);
  }
}

/** The contexts of the executions of a workflow that run. */
async function running(context: SchedulerContext, name: string): Promise<ReadonlySet<string | null>> {
  const found = await context.scheduler.listWorkflowExecutions(project, name);
  return new Set(found.filter(({ status }) => status === 'RUNNING').map((execution) => execution.context));
}

export const workflowRuleCases: readonly SchedulerCase[] = [
  {
    name: 'an event starts an execution of its context, unless one runs',
    skip,
    run: async (context) => {
      await submit(context, 'a', [onGo]);
      await publish(context, ['go', 'north'], ['go', 'south'], ['go', 'north'], ['go'], ['other', 'east']);
      await context.runner.begun('a', 3);
      await context.settledAt('a', 3);
      assert.deepEqual(await running(context, 'a'), new Set(['north', 'south', null]));
      const north = context.runner.of('a').find(({ attempt }) => attempt.context === 'north');
      north?.finish();
      await context.execution(north?.attempt.workflowExecutionId ?? '', 'FINISHED');
      await publish(context, ['go', 'north']);
      await context.runner.begun('a', 4);
    },
  },
  {
    name: 'an event stops the executions of its context, and one for all stops all',
    skip,
    run: async (context) => {
      await submit(context, 'a', [onGo, onEnd]);
      await publish(context, ['go', 'north'], ['go', 'south'], ['go']);
      await context.runner.begun('a', 3);
      const [south] = context.runner.of('a').filter(({ attempt }) => attempt.context === 'south');
      await publish(context, ['end', 'south']);
      await context.execution(south?.attempt.workflowExecutionId ?? '', 'KILLED');
      await context.settledAt('a', 3);
      assert.deepEqual(await running(context, 'a'), new Set(['north', null]));
      await publish(context, ['end']);
      for (const { attempt } of context.runner.of('a'))
        await context.execution(attempt.workflowExecutionId, 'KILLED');
    },
  },
  {
    name: 'an event that was sent in an execution stops no other execution of its workflow',
    skip,
    run: async (context) => {
      await submit(context, 'a', [onGo, onEnd]);
      await publish(context, ['go', 'north'], ['go', 'south']);
      await context.runner.begun('a', 2);
      const [south] = context.runner.of('a').filter(({ attempt }) => attempt.context === 'south');
      const workflowExecutionId = south?.attempt.workflowExecutionId ?? '';
      await context.scheduler.events.publish([{ key: 'end', value: '', workflowExecutionId }]);
      await context.execution(workflowExecutionId, 'KILLED');
      await context.settledAt('a', 2);
      assert.deepEqual(await running(context, 'a'), new Set(['north']));
    },
  },
  {
    name: 'what a rule of a workflow remembers counts for its own context, also after a restart',
    skip,
    run: async (context) => {
      await submit(context, 'a', [onBoth]);
      await publish(context, ['x', 'north'], ['y', 'south']);
      await context.settledAt('a', 0);
      await context.reopen();
      await publish(context, ['y', 'north']);
      const begun = await context.runner.begun('a');
      assert.equal(begun.attempt.context, 'north');
      await context.settledAt('a', 1);
    },
  },
  {
    name: 'the status of one workflow starts another, and none starts itself',
    skip,
    run: async (context) => {
      await submit(context, 'next', [{ action: 'START', condition: workflowStatus('a', 'FINISHED') }]);
      const own: WorkflowRule = { action: 'START', condition: workflowStatus('a', 'FINISHED') };
      await submit(context, 'a', [onGo, own], { contextExtractor: bySender });
      await context.scheduler.startNewWorkflowExecution(project, 'a');
      (await context.runner.begun('a')).finish();
      await context.runner.begun('next');
      await context.settledAt('a', 1);
    },
  },
  {
    name: 'rules of a paused workflow act when it is resumed, on what came meanwhile',
    skip,
    run: async (context) => {
      await submit(context, 'a', [onGo]);
      await context.scheduler.pauseWorkflowScheduling(project, 'a');
      await publish(context, ['go', 'north']);
      await context.settledAt('a', 0);
      await context.reopen();
      await context.settledAt('a', 0);
      await context.scheduler.resumeWorkflowScheduling(project, 'a');
      await context.runner.begun('a');
      await context.reopen();
      await context.settledAt('a', 1);
    },
  },
  {
    name: 'an event on which the extractor of one workflow fails hides no other event, and nothing from other workflows',
    skip,
    run: async (context) => {
      context.contextOf = ({ context: of }, workflowName) => {
        if (workflowName === 'careless' && of === 'bad') throw new Error('failed as the test wanted');
        return { contexts: [of ?? ''] };
      };
      await submit(context, 'careless', [onGo], { contextExtractor: byModule });
      await submit(context, 'careful', [onGo], { contextExtractor: byModule });
      await publish(context, ['go', 'bad'], ['go', 'good']);
      const begun = await context.runner.begun('careless');
      assert.equal(begun.attempt.context, 'good');
      await context.runner.begun('careful', 2);
      await context.settledAt('careless', 1);
    },
  },
  {
    name: 'an event on which an extractor fails is listed with the reason, until its workflow is deleted',
    skip,
    run: async (context) => {
      context.contextOf = ({ context: of }) => {
        if (of !== 'good') throw new Error(`failed on ${of} as the test wanted`);
        return { contexts: [of] };
      };
      await submit(context, 'careless', [onGo], { contextExtractor: byModule });
      await publish(context, ['go', 'bad'], ['go', 'worse'], ['go', 'good']);
      await context.runner.begun('careless');
      const list = async (page: ParkedPageOptions = {}): Promise<(string | null)[]> => {
        const parked = await context.scheduler.listParkedEvents(project, 'careless', page);
        for (const { event: found, reason } of parked)
          assert.ok(reason.includes(`failed on ${found.context}`));
        return parked.map(({ event: found }) => found.context);
      };
      assert.deepEqual(await list(), ['bad', 'worse']);
      await context.reopen();
      assert.deepEqual(await list({ limit: 1 }), ['bad']);
      const [first] = await context.scheduler.listParkedEvents(project, 'careless');
      assert.deepEqual(await list({ afterVersion: first?.event.version ?? 0 }), ['worse']);
      await context.scheduler.deleteWorkflow(project, 'careless');
      assert.deepEqual(await list(), []);
    },
  },
  {
    name: 'where the host lets nothing start by itself rules of workflows start nothing, and a person does',
    skip,
    run: async (context) => {
      context.startsByItself = false;
      await context.reopen();
      await submit(context, 'a', [onGo]);
      await publish(context, ['go', 'north']);
      await context.settledAt('a', 0);
      await context.scheduler.startNewWorkflowExecution(project, 'a');
      await context.runner.begun('a');
    },
  },
];
