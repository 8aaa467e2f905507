import type { Condition, Workflow, WorkflowAction, WorkflowRule } from '@aiflow/core';
import { all, event, workflowStatus } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { expect, test } from 'vitest';
import type { Rig, RunOptions } from './harness.ts';
import { openRig, until } from './harness.ts';
import { project } from './workflow.ts';

const when = (action: WorkflowAction, condition: Condition): WorkflowRule => ({ action, condition });
const onGo = when('START', event({ key: 'go' }));
const onEnd = when('STOP', event({ key: 'end' }));
const both = when('START', all(event({ key: 'x' }), event({ key: 'y' })));

function ruled(workflowRules: readonly WorkflowRule[], more: Partial<Workflow> = {}): RunOptions {
  return { workflow: { workflowRules, ...more } };
}

async function publish(rig: Rig, key: string, context: string | null = null, value = ''): Promise<void> {
  await rig.scheduler.events.publish([{ key, value, context }]);
  await settle();
}

test('an event starts an execution of its context, and one for all starts one of none', async () => {
  const rig = await openRig();
  await rig.submit('w', ruled([onGo]));
  await publish(rig, 'go', 'north');
  await publish(rig, 'other', 'south');
  await publish(rig, 'go');
  expect(await rig.executions('w')).toEqual(['RUNNING north', 'RUNNING -']);
});

test('a start is skipped while an execution of the context has not ended, and made again when it has', async () => {
  const rig = await openRig();
  await rig.submit('w', ruled([onGo]));
  await publish(rig, 'go', 'north');
  await publish(rig, 'go', 'north');
  (await rig.runner.begun('a')).finish();
  await settle();
  expect(await rig.executions('w')).toEqual(['FINISHED north']);
  await publish(rig, 'go', 'north');
  expect(await rig.executions('w')).toEqual(['FINISHED north', 'RUNNING north']);
});

test('a stop ends the executions that the event belongs to: those of its context, or all', async () => {
  const rig = await openRig();
  await rig.submit('w', ruled([onGo, onEnd]));
  for (const context of ['north', 'south', null]) await publish(rig, 'go', context);
  await publish(rig, 'end', 'south');
  expect(await rig.executions('w')).toEqual(['RUNNING north', 'KILLED south', 'RUNNING -']);
  await publish(rig, 'end');
  expect(await rig.executions('w')).toEqual(['KILLED north', 'KILLED south', 'KILLED -']);
});

test('of several rules that an event satisfies the first acts, and all have used it', async () => {
  const rig = await openRig();
  await rig.submit('w', ruled([when('NONE', event({ key: 'go', value: 'quietly' })), onGo]));
  await publish(rig, 'go', null, 'quietly');
  expect(await rig.executions('w')).toEqual([]);
  await publish(rig, 'go', null, 'loudly');
  expect(await rig.executions('w')).toEqual(['RUNNING -']);
});

test('what a rule remembers of one context is nothing to another, and what is for all counts for each', async () => {
  const rig = await openRig();
  await rig.submit('w', ruled([both]));
  await publish(rig, 'x', 'north');
  await publish(rig, 'y', 'south');
  expect(await rig.executions('w')).toEqual([]);
  await publish(rig, 'y');
  expect(await rig.executions('w')).toEqual(['RUNNING north']);
  await publish(rig, 'x', 'south');
  expect(await rig.executions('w')).toEqual(['RUNNING north', 'RUNNING south']);
});

test('what rules remember lasts over restarts and the same rules submitted again, and not over others', async () => {
  const rig = await openRig();
  await rig.submit('w', ruled([both]));
  await publish(rig, 'x', 'north');
  await rig.submit('w', ruled([both], { properties: { new: 'one' } }));
  await rig.restart();
  await publish(rig, 'y', 'north');
  expect(await rig.executions('w')).toEqual(['RUNNING north']);
  await publish(rig, 'x', 'south');
  await rig.submit('w', ruled([both, onEnd]));
  await publish(rig, 'y', 'south');
  expect(await rig.executions('w')).toEqual(['RUNNING north']);
});

test('the end of one workflow starts another', async () => {
  const rig = await openRig();
  await rig.submit('next', ruled([when('START', workflowStatus('w', 'FINISHED'))]));
  await rig.run(['a'], [], { name: 'w' });
  (await rig.runner.begun('a')).finish();
  await settle();
  expect(await rig.executions('next')).toEqual(['RUNNING -']);
});

test('a workflow that waits for its own status is taken, and does not start itself', async () => {
  const rig = await openRig();
  const statuses = (['INIT', 'RUNNING', 'FINISHED', 'KILLED'] as const).map((status) =>
    when('START', workflowStatus('w', status)),
  );
  await rig.submit('w', ruled([onGo, ...statuses], { contextExtractor: bySender }));
  await publish(rig, 'go');
  await rig.run(['a'], [], { name: 'w', ...ruled([onGo, ...statuses]) });
  (await rig.runner.begun('a')).finish();
  await settle();
  expect(await rig.executions('w')).toEqual(['FINISHED -']);
});

const bySender = { kind: 'field', field: 'sender', pointer: null } as const;

test('workflows that start each other without end keep the scheduler from nothing', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  const after = (name: string): RunOptions =>
    ruled([when('START', workflowStatus(name, 'RUNNING'))], { contextExtractor: bySender });
  await rig.submit('ping', after('pong'));
  await rig.submit('pong', after('ping'));
  await rig.scheduler.startNewWorkflowExecution(project, 'ping');
  await until('many executions', async () => (await rig.executions('pong')).length > 20 || null);
  await rig.scheduler.pauseWorkflowScheduling(project, 'ping');
  await settle();
  const count = (await rig.executions('pong')).length;
  await settle();
  expect((await rig.executions('pong')).length).toBe(count);
});

test('events for a paused workflow are kept and told in order when it is resumed, also after a restart', async () => {
  const rig = await openRig();
  await rig.submit('w', ruled([onGo, onEnd]));
  await rig.scheduler.pauseWorkflowScheduling(project, 'w');
  await publish(rig, 'go', 'north');
  await publish(rig, 'go', 'south');
  await publish(rig, 'end', 'south');
  await rig.restart();
  await settle();
  expect(await rig.executions('w')).toEqual([]);
  await rig.submit('w', ruled([onGo, onEnd], { properties: { new: 'one' } }));
  await settle();
  expect(await rig.executions('w')).toEqual([]);
  await rig.scheduler.resumeWorkflowScheduling(project, 'w');
  await settle();
  expect(await rig.executions('w')).toEqual(['RUNNING north', 'KILLED south']);
  await rig.restart();
  await settle();
  expect(await rig.executions('w')).toEqual(['RUNNING north', 'KILLED south']);
});

test('nothing is left of what waited for a workflow that is deleted', async () => {
  const rig = await openRig();
  await rig.submit('w', ruled([onGo, both]));
  await publish(rig, 'x');
  await rig.scheduler.pauseWorkflowScheduling(project, 'w');
  await publish(rig, 'go');
  await rig.scheduler.deleteWorkflow(project, 'w');
  await rig.submit('w', ruled([onGo, both]));
  await publish(rig, 'y');
  expect(await rig.executions('w')).toEqual([]);
});
