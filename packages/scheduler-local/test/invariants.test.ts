import assert from 'node:assert/strict';
import type { Event, FinalStatus } from '@aiflow/core';
import { errorCode, isFinal, statusEventTypes } from '@aiflow/core';
import { settle } from '@aiflow/testkit';
import type { ScriptedAttempt } from '@aiflow/testkit';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { graph } from './arbitraries.ts';
import type { Rig } from './harness.ts';
import { createRig } from './harness.ts';
import { replay } from './replay.ts';

/** What happens next: `pick` chooses among the jobs or the attempts that run. */
const step = fc.record({
  kind: fc.constantFrom(
    ...([
      'finish',
      'finish',
      'finish',
      'fail',
      'lose',
      'start',
      'stop',
      'restart',
      'hold',
      'release',
      'reopen',
    ] as const),
  ),
  pick: fc.nat(1000),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const end = fc.record({
  status: fc.constantFrom<FinalStatus>('FINISHED', 'FINISHED', 'FAILED'),
  pick: fc.nat(1000),
});

test(
  'attempts start when the rules say so, each of them, and at no other time',
  { timeout: 300_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        graph,
        fc.array(end, { minLength: 5, maxLength: 25 }),
        async ({ jobs, rules }, ends) => {
          await withRig(64, async (rig) => {
            const id = await rig.run(jobs, rules);
            for (const { status, pick } of ends) {
              await settle();
              const running = live(rig);
              const attempt = running[pick % Math.max(1, running.length)];
              if (attempt === undefined) break;
              if (status === 'FINISHED') attempt.finish();
              else attempt.fail();
            }
            await settle();
            const events = await rig.scheduler.events.list(
              { sender: id, eventType: statusEventTypes.job },
              { limit: 1e6 },
            );
            expect(replay({ jobs, rules }, events)).toEqual([]);
            await rig.scheduler.stopWorkflowExecution(id);
            await checkEnd(rig, id);
          });
        },
      ),
      { numRuns: 100 },
    );
  },
);

test(
  'whatever is asked and whenever the scheduler restarts, its promises hold',
  { timeout: 300_000 },
  async () => {
    const limit = fc.constantFrom(1, 2, 64);
    await fc.assert(
      fc.asyncProperty(
        graph,
        limit,
        fc.array(step, { maxLength: 30 }),
        async ({ jobs, rules }, places, steps) => {
          await withRig(places, async (rig) => {
            const id = await rig.run(jobs, rules);
            const asked: Promise<unknown>[] = [];
            for (const each of steps) {
              await perform(rig, id, jobs, each, asked);
              assert.ok(live(rig).length <= places, 'no more attempts run than there are places');
            }
            rig.runner.holdStops(false);
            for (const attempt of live(rig)) if (attempt.stopRequested) attempt.confirmStop();
            await rig.scheduler.stopWorkflowExecution(id);
            await Promise.all(asked);
            await checkEnd(rig, id);
          });
        },
      ),
      { numRuns: 100 },
    );
  },
);

async function withRig(places: number, body: (rig: Rig) => Promise<void>): Promise<void> {
  const rig = await createRig({ maxRunningJobs: places });
  const start = rig.runner.start.bind(rig.runner);
  rig.runner.start = (attempt) => {
    const sameJob = live(rig).filter(
      (other) => other.attempt.job.config.jobName === attempt.job.config.jobName,
    );
    if (sameJob.length > 0) doubles.push(attempt.attemptId);
    return start(attempt);
  };
  const doubles: string[] = [];
  try {
    await body(rig);
    expect(doubles, 'at most one attempt of a job runs').toEqual([]);
  } finally {
    await rig.dispose();
  }
}

async function perform(
  rig: Rig,
  id: string,
  jobs: readonly string[],
  { kind, pick }: Step,
  asked: Promise<unknown>[],
): Promise<void> {
  const attempt = live(rig)[pick % Math.max(1, live(rig).length)];
  const jobName = jobs[pick % jobs.length] ?? '';
  switch (kind) {
    case 'finish':
      attempt?.finish();
      break;
    case 'fail':
      attempt?.fail();
      break;
    case 'lose':
      attempt?.lose();
      break;
    case 'start':
    case 'stop':
    case 'restart':
      asked.push(
        rig.scheduler[`${kind}JobExecution`](jobName, id).catch((error: unknown) => {
          if (!['scheduler.not_allowed', 'scheduler.closed'].includes(errorCode(error) ?? '')) throw error;
        }),
      );
      break;
    case 'hold':
      rig.runner.holdStops(true);
      break;
    case 'release':
      rig.runner.holdStops(false);
      for (const each of live(rig)) if (each.stopRequested) each.confirmStop();
      break;
    case 'reopen':
      await rig.restart();
      break;
  }
  if (pick % 3 > 0) await settle(); // and sometimes the next follows at once
}

/** What must be true of an execution that has ended, whatever happened in it. */
async function checkEnd(rig: Rig, id: string): Promise<void> {
  const attempts = (await rig.scheduler.listJobExecutions(id)) ?? [];
  const events = await rig.scheduler.events.list({ sender: id }, { limit: 1e6 });
  for (const attempt of attempts) {
    assert.ok(isFinal(attempt.status), 'every attempt has ended');
    const told = valuesOf(events, (event) => event.context === attempt.jobExecutionId);
    const expected = told.includes('RUNNING')
      ? ['INIT', 'RUNNING', attempt.status]
      : ['INIT', attempt.status];
    assert.deepEqual(told, expected, 'every attempt ends once');
  }
  const begun = rig.runner.attempts.map(({ attempt }) => attempt.attemptId);
  assert.equal(new Set(begun).size, begun.length, 'an attempt begins once');
  assert.deepEqual(live(rig), [], 'nothing is left running');
  const info = await rig.scheduler.getWorkflowExecution(id);
  const told = valuesOf(events, (event) => event.eventType === statusEventTypes.workflow);
  assert.deepEqual(told, ['RUNNING', info?.status], 'the execution ends once');
}

function valuesOf(events: readonly Event[], wanted: (event: Event) => boolean): string[] {
  return events.filter(wanted).map(({ value }) => value);
}

function live(rig: Rig): readonly ScriptedAttempt[] {
  return rig.runner.attempts.filter(({ ended }) => !ended);
}
