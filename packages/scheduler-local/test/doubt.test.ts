import { event } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { strikeStore } from './faults/store.ts';
import { openRig, until } from './harness.ts';
import { project } from './workflow.ts';

/** The next commit takes effect, and is then said to have failed. */
function doubtNextCommit(): void {
  let isNext = true;
  const strike = (what: string): 'after' | null => {
    if (!isNext || what !== 'a commit') return null;
    isNext = false;
    return 'after';
  };
  onTestFinished(strikeStore({ strike }));
}

test('what follows from a commit that is said to have failed and took effect is done all the same', async () => {
  const rig = await openRig();
  await rig.submit('workflow');
  const start = async (): Promise<string | undefined> =>
    (await rig.scheduler.startNewWorkflowExecution(project, 'workflow', { idempotencyKey: 'key' }))
      ?.workflowExecutionId;
  doubtNextCommit();
  await expect(start()).rejects.toMatchObject({ code: 'scheduler.store_failed' });
  const attempt = await rig.runner.begun('a');
  const id = await start();
  expect(id).toBe(attempt.attempt.workflowExecutionId);
  attempt.finish();
  expect(await rig.untilEnded(id ?? '')).toBe('FINISHED');
  expect(rig.runner.attempts).toHaveLength(1);
});

test('nothing begins twice when a commit is in doubt while attempts begin and end', async () => {
  const rig = await openRig({ maxRunningJobs: 1 });
  const id = await rig.run(['a', 'b', 'c']);
  for (const name of ['a', 'b', 'c']) {
    const attempt = await rig.runner.begun(name);
    doubtNextCommit();
    attempt.finish();
    await settle();
    await rig.clock.advance(1000);
  }
  expect(await rig.untilEnded(id)).toBe('FINISHED');
  expect(rig.runner.attempts.map(({ attempt }) => attempt.job.config.jobName)).toEqual(['a', 'b', 'c']);
});

test('who waits for an end that such a commit wrote is told of it', async () => {
  const rig = await openRig();
  rig.runner.holdStops(true);
  const id = await rig.run(['a']);
  const attempt = await rig.runner.begun('a');
  await rig.untilJob('a', id, 'RUNNING');
  const stopping = rig.scheduler.stopWorkflowExecution(id);
  await until('the stop', () => attempt.stopRequested || null);
  doubtNextCommit();
  attempt.confirmStop();
  await settle();
  await rig.clock.advance(1000);
  expect(await stopping).toMatchObject({ status: 'KILLED' });
});

test('an event in such a commit reaches the rules of workflows, once', async () => {
  const rig = await openRig();
  const workflowRules = [{ action: 'START' as const, condition: event({ key: 'go' }) }];
  await rig.submit('workflow', { workflow: { workflowRules } });
  const publish = async (): Promise<unknown> =>
    await rig.scheduler.events.publish([{ key: 'go', value: '1', sender: 'somebody', sequence: 1 }]);
  doubtNextCommit();
  await expect(publish()).rejects.toMatchObject({ code: 'scheduler.store_failed' });
  await rig.runner.begun('a');
  await publish();
  await settle();
  expect(await rig.executions('workflow')).toEqual(['RUNNING -']);
});

test('who listens hears the events of such a commit, also when nothing else is published', async () => {
  const { scheduler } = await openRig();
  await scheduler.events.publish([{ key: 'k', value: 'before' }]);
  const heard: string[] = [];
  const listening = (async () => {
    for await (const { value } of scheduler.events.listen(
      { key: 'k' },
      { signal: new AbortController().signal },
    )) {
      heard.push(value);
      if (value === 'after') return;
    }
  })();
  await until('the first', () => heard.length || null);
  doubtNextCommit();
  await expect(scheduler.events.publish([{ key: 'k', value: 'doubtful' }])).rejects.toMatchObject({
    code: 'scheduler.store_failed',
  });
  await until('the second', () => heard.length === 2 || null);
  await scheduler.events.publish([{ key: 'k', value: 'after' }]);
  await listening;
  expect(heard).toEqual(['before', 'doubtful', 'after']);
});
