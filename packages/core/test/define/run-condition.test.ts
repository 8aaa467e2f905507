import { describe, expect, it } from 'vitest';
import { applyRunConditions } from '../../src/define/run-condition.ts';
import type { Condition, JobConfig, JobRule } from '../../src/index.ts';
import { all, any, ended, event, failed, finished, running } from '../../src/index.ts';

const [a, b, c] = [{ jobName: 'a' }, { jobName: 'b' }, { jobName: 'c' }];
const news = event({ key: 'news' });

function read(
  condition: Condition,
  runCondition: JobConfig['runCondition'],
  action: JobRule['action'] = 'START',
): unknown {
  const job = { jobName: 'x', jobType: 't', properties: {}, ...(runCondition && { runCondition }) };
  return applyRunConditions([{ jobName: 'x', action, condition }], [job])[0]?.condition;
}

describe('a run condition', () => {
  it.each<[string, Condition, Condition]>([
    ['one job', finished(a), ended(a)],
    ['several', all(finished(a), any(finished(b), news)), all(ended(a), any(ended(b), news))],
    ['other statuses', all(failed(a), running(b)), all(failed(a), running(b))],
  ])('upstream_ended takes any end for finished: %s', (_, condition, meant) => {
    expect(read(condition, 'upstream_ended')).toEqual(meant);
  });

  it.each<[string, Condition, Condition]>([
    ['one job', finished(a), failed(a)],
    ['all of several', all(finished(a), finished(b)), any(failed(a), failed(b))],
    ['any of several', any(finished(a), finished(b)), any(failed(a), failed(b))],
    [
      'nested',
      all(finished(a), any(finished(b), all(finished(c), finished(a)))),
      any(failed(a), failed(b), failed(c)),
    ],
    ['beside an event', all(finished(a), news, finished(b)), all(any(failed(a), failed(b)), news)],
    ['or an event', any(finished(a), news, finished(b)), any(any(failed(a), failed(b)), news)],
    ['beside another status', all(finished(a), running(b)), all(failed(a), running(b))],
    ['an event inside', all(finished(a), any(finished(b), news)), all(failed(a), any(failed(b), news))],
    ['no job that is to finish', any(failed(a), news), any(failed(a), news)],
    ['an event alone', news, news],
  ])('upstream_failed waits for one that failed: %s', (_, condition, meant) => {
    expect(read(condition, 'upstream_failed')).toEqual(meant);
  });

  it('changes nothing when it is not said or upstream_finished, nor any rule but START', () => {
    const condition = all(finished(a), news);
    for (const runCondition of [undefined, 'upstream_finished'] as const) {
      expect(read(condition, runCondition)).toBe(condition);
    }
    for (const action of ['STOP', 'RESTART', 'NONE'] as const) {
      expect(read(condition, 'upstream_failed', action)).toBe(condition);
    }
  });
});
