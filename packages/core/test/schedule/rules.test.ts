import { describe, expect, it } from 'vitest';
import type { Condition, JobRule, RuleState, Status } from '../../src/index.ts';
import { all, any, applyStatusChange, failed, finished, jobsOf, killed, running } from '../../src/index.ts';

const job = (jobName: string): { readonly jobName: string } => ({ jobName });
const rule = (condition: Condition, action: JobRule['action'] = 'START'): JobRule => ({
  jobName: 'target',
  action,
  condition,
});

/** What a rule asks for after each of these changes, from a fresh state. */
function play(of: JobRule, changes: readonly (readonly [string, Status])[]): readonly (string | null)[] {
  let state: RuleState = {};
  return changes.map(([jobName, status]) => {
    const outcome = applyStatusChange(of, state, { jobName, status });
    state = outcome.state;
    return outcome.action;
  });
}

describe('a rule on the status of jobs', () => {
  it.each([
    ['RUNNING', running],
    ['FINISHED', finished],
    ['FAILED', failed],
    ['KILLED', killed],
  ] as const)('fires on %s and on no other', (status, condition) => {
    const all: readonly Status[] = ['INIT', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'];
    const fires = all.filter((each) => play(rule(condition(job('a'))), [['a', each]])[0] !== null);
    expect(fires).toEqual([status]);
  });

  it('asks for its own action', () => {
    expect(play(rule(finished(job('a')), 'RESTART'), [['a', 'FINISHED']])).toEqual(['RESTART']);
  });

  it('waits with all for every part, in any order', () => {
    const both = rule(all(finished(job('a')), failed(job('b'))));
    expect(
      play(both, [
        ['a', 'FINISHED'],
        ['b', 'FAILED'],
      ]),
    ).toEqual([null, 'START']);
    expect(
      play(both, [
        ['b', 'FAILED'],
        ['a', 'FINISHED'],
      ]),
    ).toEqual([null, 'START']);
  });

  it('looks at the newest status of a job: one that no longer holds does not count', () => {
    const both = rule(all(finished(job('a')), finished(job('b'))));
    const changes = [
      ['a', 'FINISHED'],
      ['a', 'RUNNING'],
      ['b', 'FINISHED'],
      ['a', 'FINISHED'],
    ] as const;
    expect(play(both, changes)).toEqual([null, null, null, 'START']);
  });

  it('uses each change once: it fires again only when all of it has come again', () => {
    const both = rule(all(finished(job('a')), finished(job('b'))));
    const round = [
      ['a', 'FINISHED'],
      ['b', 'FINISHED'],
    ] as const;
    expect(play(both, [...round, ['b', 'FINISHED'], ['a', 'FINISHED']])).toEqual([
      null,
      'START',
      null,
      'START',
    ]);
    expect(play(rule(any(finished(job('a')), finished(job('b')))), round)).toEqual(['START', 'START']);
  });

  it('takes conditions inside conditions', () => {
    const nested = rule(any(all(finished(job('a')), finished(job('b'))), failed(job('c'))));
    expect(
      play(nested, [
        ['a', 'FINISHED'],
        ['c', 'FAILED'],
      ]),
    ).toEqual([null, 'START']);
    expect(jobsOf(nested.condition)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('is not confused by jobs that are called like members of every object', () => {
    const names = ['constructor', '__proto__', 'toString'];
    const every = rule(all(...names.map((name) => finished(job(name)))));
    expect(
      play(
        every,
        names.map((name) => [name, 'FINISHED'] as const),
      ),
    ).toEqual([null, null, 'START']);
  });

  it('leaves the state that it was given as it was', () => {
    const state: RuleState = Object.freeze({ b: 'RUNNING' });
    applyStatusChange(rule(all(finished(job('a')), finished(job('b')))), state, {
      jobName: 'a',
      status: 'FINISHED',
    });
    expect(state).toEqual({ b: 'RUNNING' });
  });
});
