import type { Event, JobExecutionInfo, WorkflowExecutionInfo } from '@aiflow/core';
import { all, finished, statusEventTypes } from '@aiflow/core';
import { expect, test } from 'vitest';
import type { Testimony } from '../src/room.ts';
import type { WorkflowPlan } from '../src/stories/plan.ts';
import type { History } from '../src/verdict/history.ts';
import { judge } from '../src/verdict/verdict.ts';

// A small history in which all is well; each case below breaks one thing.
const plan: WorkflowPlan = {
  name: 'w',
  jobs: [
    { name: 'a', ms: 5 },
    { name: 'b', ms: 5, fails: 1, retries: 1 },
    { name: 'c', ms: 5, says: 1, startWhen: all(finished({ jobName: 'a' }), finished({ jobName: 'b' })) },
  ],
};
const info = {
  workflowExecutionId: 'e',
  status: 'FINISHED',
  reason: null,
  startDate: '2026-01-01T00:00:00.000Z',
  endDate: '2026-01-01T00:00:01.000Z',
} as WorkflowExecutionInfo;
const [a, b1, b2, c] = [
  attempt('a', 1, 'FINISHED'),
  attempt('b', 1, 'FAILED', 'bash.failed'),
  attempt('b', 2, 'FINISHED'),
  attempt('c', 1, 'FINISHED'),
] as const;
const attempts = [a, b1, b2, c];
const published = { key: 'go', value: '1', sender: 'somebody' };
const well: History = {
  executions: [{ plan, info, attempts }],
  testimony: [
    ...attempts.flatMap(({ jobExecutionId, jobName, status }) => [
      said('start', jobExecutionId, jobName),
      said('end', jobExecutionId, jobName, status === 'FINISHED' ? '0' : '1'),
    ]),
    said('said', 'c1', 'c', 'c1.1'),
  ],
  events: [
    event(1, statusEventTypes.workflow, 'w', 'RUNNING', 'e'),
    ...attempts.flatMap(({ jobExecutionId, jobName, status }, at) => [
      event(10 + at, statusEventTypes.job, jobName, 'INIT', 'e', jobExecutionId),
      event(20 + at, statusEventTypes.job, jobName, status, 'e', jobExecutionId),
    ]),
    event(30, 'UNDEFINED', 'said.w', 'c1.1', 'c'),
    event(40, statusEventTypes.workflow, 'w', 'FINISHED', 'e'),
    event(50, 'UNDEFINED', 'go', '1', 'somebody'),
  ],
  usesNode: false,
  lastTicks: new Map(),
};

function verdict(history: History, keeperKills = 0): string[] {
  const stage = { acknowledged: [{ ...published, version: 50 }], started: new Set(['e']) };
  return judge(history, [], stage, keeperKills).map(({ kind }) => kind);
}

test('where all is well nothing is found', () => {
  expect(verdict(well)).toEqual([]);
});

const broken: readonly (readonly [string, History, readonly string[]])[] = [
  ['an execution is not known any more', { ...well, executions: [] }, ['lost']],
  ['an execution has not ended', withInfo({ status: 'RUNNING' }), ['stuck']],
  ['an attempt has not ended', withAttempts([a, b1, b2, { ...c, status: 'RUNNING' }]), ['stuck']],
  ['an execution ended as its graph does not say', withInfo({ status: 'FAILED' }), ['lost']],
  ['a job that was to run did not', withAttempts([a, b1, b2]), ['lost']],
  ['a job ran again without a reason', withAttempts([...attempts, attempt('a', 2, 'FINISHED')]), ['twice']],
  ['a retry is missing', withAttempts([a, b1, c]), ['lost']],
  [
    'an attempt was killed without a request',
    withAttempts([{ ...a, status: 'KILLED' }, b1, b2, c]),
    ['lost'],
  ],
  ['an attempt was lost', withAttempts([attempt('a', 1, 'FAILED', 'job.lost'), b1, b2, c]), ['lost']],
  ['an attempt ran that nobody knows', withSaid(said('start', 'x1', 'x')), ['lost']],
  ['an attempt was started again', withSaid(said('start', 'a1', 'a')), ['twice']],
  ['an attempt ran beside another one', withSaid(said('overlap', 'b2', 'b')), ['twice']],
  ['an attempt finished that never ran', withoutSaid('a1'), ['lost']],
  ['an event of an outbox was not taken', withoutEvent(30), ['lost']],
  ['an event of an outbox was taken again', withEvent(30), ['twice']],
  ['an acknowledged event is gone', withoutEvent(50), ['lost']],
  ['an acknowledged event is there again', withEvent(50), ['twice']],
  ['an execution ended again', withEvent(40), ['twice']],
  ['the end of an attempt was not told', withoutEvent(20), ['lost']],
  ['the end of an attempt was told again', withEvent(21), ['twice']],
];

test.each(broken)('it is found when %s', (_how, history, expected) => {
  expect(verdict(history)).toEqual(expect.arrayContaining([...expected]));
});

test('an attempt whose keeper was killed may be lost, and one more may not', () => {
  const one = withAttempts([a, attempt('b', 1, 'FAILED', 'job.lost'), b2, c]);
  const silent = {
    ...one,
    testimony: well.testimony.filter(({ what, attemptId }) => what === 'start' || attemptId !== 'b1'),
  };
  expect(verdict(silent, 1)).toEqual([]);
  expect(verdict(silent, 0)).toEqual(['lost']);
});

function withInfo(change: Partial<WorkflowExecutionInfo>): History {
  return { ...well, executions: [{ plan, info: { ...info, ...change }, attempts }] };
}

function withAttempts(changed: readonly JobExecutionInfo[]): History {
  return { ...well, executions: [{ plan, info, attempts: changed }] };
}

function withSaid(line: Testimony): History {
  return { ...well, testimony: [...well.testimony, line] };
}

function withoutSaid(attemptId: string): History {
  return { ...well, testimony: well.testimony.filter((line) => line.attemptId !== attemptId) };
}

function withEvent(version: number): History {
  const again = well.events.filter((each) => each.version === version);
  return { ...well, events: [...well.events, ...again.map((each) => ({ ...each, version: version + 100 }))] };
}

function withoutEvent(version: number): History {
  return { ...well, events: well.events.filter((each) => each.version !== version) };
}

function attempt(
  jobName: string,
  attemptNumber: number,
  status: JobExecutionInfo['status'],
  code: string | null = null,
): JobExecutionInfo {
  const error = code === null ? null : { code, message: code, context: {} };
  return {
    jobName,
    jobExecutionId: `${jobName}${attemptNumber}`,
    attemptNumber,
    workflowExecutionId: 'e',
    status,
    reason: null,
    startDate: null,
    endDate: null,
    executionLabel: null,
    logDir: null,
    values: {},
    error,
  };
}

function said(what: string, attemptId: string, jobName: string, detail = ''): Testimony {
  return { what, attemptId, executionId: 'e', jobName, detail };
}

function event(
  version: number,
  eventType: string,
  key: string,
  value: string,
  sender: string,
  context: string | null = null,
): Event {
  return {
    version,
    key,
    value,
    eventType,
    namespace: 'default',
    sender,
    context,
    workflowExecutionId: null,
    createTime: 0,
  };
}
