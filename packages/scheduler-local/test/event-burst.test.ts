import type { Event, JobRule, WorkflowExecutionInfo, WorkflowRule } from '@aiflow/core';
import { all, event } from '@aiflow/core';
import { expect, test } from 'vitest';
import type { Rig } from './harness.ts';
import { openRig, until } from './harness.ts';
import { project, rule } from './workflow.ts';

const [events, rules] = [10_000, 50];
const numbers = Array.from({ length: events }, (_, at) => at);

/** Publishes each by a call of its own, all at once, and every tenth twice. */
async function burst(rig: Rig, keyOf: (number: number) => string): Promise<Event[]> {
  const publish = async (number: number): Promise<Event[]> =>
    await rig.scheduler.events.publish([
      { key: keyOf(number), value: '1', sender: 'burst', sequence: number, context: `c${number}` },
    ]);
  const again = numbers.filter((number) => number % 10 === 0).map(publish);
  const published = await Promise.all(numbers.toReversed().map(publish));
  await Promise.all(again);
  return published.flat();
}

test('of 10,000 concurrent events none is lost, and each fires its rule of 50 once', async () => {
  const rig = await openRig();
  const workflowRules = Array.from({ length: rules }, (_, at): WorkflowRule => {
    return { action: 'START', condition: event({ key: `key_${at}` }) };
  });
  // Its one job waits for something that never comes, so that an execution ends as soon as it has begun.
  const never = rule('a', 'START', { kind: 'job_status', jobName: 'a', status: 'FINISHED' });
  await rig.submit('workflow', { workflow: { workflowRules, rules: [never] } });
  const heard: string[] = [];
  const listening = new AbortController();
  const listener = (async () => {
    const log = rig.scheduler.events.listen({ sender: 'burst' }, { signal: listening.signal });
    for await (const { context } of log) heard.push(context ?? '');
  })();
  const published = await burst(rig, (number) => `key_${number % rules}`);
  const contexts = numbers.map((number) => `c${number}`).toSorted();
  expect(published.map(({ context }) => context ?? '').toSorted()).toEqual(contexts);
  expect(await rig.scheduler.events.count({ sender: 'burst' })).toBe(events);
  const list = async (): Promise<WorkflowExecutionInfo[]> =>
    await rig.scheduler.listWorkflowExecutions(project, 'workflow', { limit: 2 * events });
  let started = await list();
  while (started.length < events) {
    const before = started.length;
    started = await until('more executions', async () => {
      const found = await list();
      return found.length > before ? found : null;
    });
  }
  expect(started.map(({ context }) => context ?? '').toSorted()).toEqual(contexts);
  expect(new Set(started.map(({ status }) => status))).toEqual(new Set(['FINISHED']));
  await until('all to be heard', () => heard.length >= events || null);
  listening.abort();
  await listener;
  expect(heard.toSorted()).toEqual(contexts);
});

test('50 rules that each wait for 200 of 10,000 concurrent events fire once, by the last', async () => {
  const rig = await openRig();
  const jobs = Array.from({ length: rules }, (_, at) => `job_${at}`);
  const own = (at: number): number[] => numbers.filter((number) => number % rules === at);
  const starts = jobs.map((jobName, at): JobRule => {
    return rule(jobName, 'START', all(...own(at).map((number) => event({ key: `key_${number}` }))));
  });
  const contextExtractor = { kind: 'field' as const, field: 'sender' as const, pointer: null };
  const id = await rig.run(jobs, starts, { context: 'burst', workflow: { contextExtractor } });
  const published = await burst(rig, (number) => `key_${number}`);
  const last = Array.from({ length: rules }, () => 0);
  for (const { key, version } of published) {
    const at = Number(key.slice('key_'.length)) % rules;
    last[at] = Math.max(last[at] ?? 0, version);
  }
  for (const jobName of jobs) await rig.untilJob(jobName, id, 'RUNNING');
  expect(rig.runner.attempts).toHaveLength(rules);
  const begun = await rig.scheduler.events.list({ sender: id, eventType: 'JOB_STATUS_CHANGED' });
  for (const [at, jobName] of jobs.entries()) {
    const first = begun.find(({ key }) => key === jobName);
    expect(first?.version).toBeGreaterThan(last[at] ?? Infinity);
  }
});
