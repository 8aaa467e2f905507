import { describe, expect, it } from 'vitest';
import type { NewEvent, RuleState, Status } from '../../src/index.ts';
import {
  all,
  any,
  applyEvent,
  datasetChanged,
  ended,
  event,
  failed,
  finished,
  firstActions,
  jobsOf,
  killed,
  modelVersion,
  running,
  sufficientOrNecessary,
  workflowStatus,
} from '../../src/index.ts';
import { fires, job, logged, play, rule, status } from './telling.ts';

const a: NewEvent = { key: 'a', value: '1' };
const b: NewEvent = { key: 'b', value: '2' };
const onA = event({ key: 'a', value: '1' });
const onB = event({ key: 'b', value: '2' });

describe('a rule on the status of jobs', () => {
  it.each([
    ['RUNNING', running],
    ['FINISHED', finished],
    ['FAILED', failed],
    ['KILLED', killed],
  ] as const)('fires on %s and on no other', (wanted, condition) => {
    const statuses: readonly Status[] = ['INIT', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'];
    const met = statuses.filter((each) => fires(condition(job('a')), [status('a', each)])[0]);
    expect(met).toEqual([wanted]);
  });

  it('fires with ended on every end', () => {
    const ends = [
      status('a', 'RUNNING'),
      status('a', 'FAILED'),
      status('a', 'KILLED'),
      status('a', 'FINISHED'),
    ];
    expect(fires(ended(job('a')), ends)).toEqual([false, true, true, true]);
  });

  it('waits with all for every part, in any order', () => {
    const both = all(finished(job('a')), failed(job('b')));
    expect(fires(both, [status('a', 'FINISHED'), status('b', 'FAILED')])).toEqual([false, true]);
    expect(fires(both, [status('b', 'FAILED'), status('a', 'FINISHED')])).toEqual([false, true]);
  });

  it('looks at the newest status of a job: one that no longer holds does not count', () => {
    const both = all(finished(job('a')), finished(job('b')));
    const changes = [
      status('a', 'FINISHED'),
      status('a', 'RUNNING'),
      status('b', 'FINISHED'),
      status('a', 'FINISHED'),
    ];
    expect(fires(both, changes)).toEqual([false, false, false, true]);
  });

  it('uses each change once: it fires again only when all of it has come again', () => {
    const round = [status('a', 'FINISHED'), status('b', 'FINISHED')];
    const both = all(finished(job('a')), finished(job('b')));
    expect(fires(both, [...round, ...round.toReversed()])).toEqual([false, true, false, true]);
    expect(fires(any(finished(job('a')), finished(job('b'))), round)).toEqual([true, true]);
  });

  it('takes conditions inside conditions', () => {
    const nested = any(all(finished(job('a')), finished(job('b'))), failed(job('c')));
    expect(fires(nested, [status('a', 'FINISHED'), status('c', 'FAILED')])).toEqual([false, true]);
    expect(jobsOf(nested)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('is not confused by jobs that are called like members of every object', () => {
    const names = ['constructor', '__proto__', 'toString'];
    const every = all(...names.map((name) => finished(job(name))));
    expect(
      fires(
        every,
        names.map((name) => status(name, 'FINISHED')),
      ),
    ).toEqual([false, false, true]);
  });

  it('is no rule on an event of the same key, nor the other way round', () => {
    expect(fires(finished(job('a')), [{ key: 'a', value: 'FINISHED' }])).toEqual([false]);
    expect(fires(event({ key: 'a' }), [status('a', 'FINISHED')])).toEqual([false]);
  });
});

describe('what an event must have', () => {
  it('is the value with EQUALS, and none in particular with UPDATED', () => {
    const values = ['1', '2', ''].map((value) => ({ key: 'a', value }));
    expect(fires(onA, values)).toEqual([true, false, false]);
    expect(fires(event({ key: 'a' }), values)).toEqual([true, true, true]);
    expect(fires(event({ key: 'a', value: '' }), values)).toEqual([false, false, true]);
  });

  it.each([
    ['namespace', { namespace: 'x' }],
    ['type', { eventType: 'x' }],
    ['sender', { sender: 'x' }],
    ['key', { key: 'x' }],
  ] as const)('is the %s that a rule names, and any where it says *', (_, field) => {
    const [name = ''] = Object.keys(field);
    const events = ['x', 'y', '*'].map((text) => ({ ...a, namespace: 'n', sender: 's', [name]: text }));
    const pattern = { key: 'a', namespace: 'n', sender: 's' };
    expect(fires(event({ ...pattern, ...field }), events)).toEqual([true, false, false]);
    expect(fires(event({ ...pattern, [name]: '*' }), events)).toEqual([true, true, true]);
  });

  it('may be anything but its value', () => {
    const everything = { key: '*', namespace: '*', eventType: '*', sender: '*' };
    const odd = { key: 'k', value: 'v', namespace: 'n', eventType: 't', sender: 's' };
    expect(fires(event(everything), [odd, a, status('a', 'INIT')])).toEqual([true, true, true]);
    expect(fires(event({ ...everything, value: 'v' }), [odd, a])).toEqual([true, false]);
  });

  it('is not any value where a rule compares with *', () => {
    expect(fires(event({ key: 'a', value: '*' }), [a, { key: 'a', value: '*' }])).toEqual([false, true]);
  });

  it('is no sender where a rule says null, and any or none where a rule says nothing of it', () => {
    const events = [a, { ...a, sender: null }, { ...a, sender: 's' }, { ...a, sender: 'null' }];
    expect(fires(event({ key: 'a', sender: null }), events)).toEqual([true, true, false, false]);
    expect(fires(event({ key: 'a' }), events)).toEqual([true, true, true, true]);
    expect(fires(event({ key: 'a', sender: 's' }), events)).toEqual([false, false, true, false]);
  });

  it('of a model or a dataset is what is published with nothing but its key, value and type', () => {
    const model = { key: 'penguins', value: '3', eventType: 'MODEL_DEPLOYED' };
    expect(fires(modelVersion('penguins', { event: 'MODEL_DEPLOYED' }), [model])).toEqual([true]);
    expect(fires(modelVersion('penguins', { event: 'MODEL_DEPLOYED', version: '3' }), [model])).toEqual([
      true,
    ]);
    expect(fires(modelVersion('penguins', { event: 'MODEL_DEPLOYED', version: '4' }), [model])).toEqual([
      false,
    ]);
    expect(fires(modelVersion('penguins', { event: 'MODEL_DELETED' }), [model])).toEqual([false]);
    const dataset = { key: 'rows', value: 's3://bucket/rows.csv', eventType: 'DATASET_CHANGED' };
    expect(fires(datasetChanged({ name: 'rows' }), [dataset])).toEqual([true]);
    expect(fires(datasetChanged({ name: 'other' }), [dataset])).toEqual([false]);
  });

  it('of a workflow is its status, in any project or in one', () => {
    const done = {
      key: 'w',
      value: 'FINISHED',
      eventType: 'WORKFLOW_STATUS_CHANGED',
      namespace: 'p',
      sender: 'id',
    };
    expect(fires(workflowStatus('w', 'FINISHED'), [done])).toEqual([true]);
    expect(fires(workflowStatus('w', 'FINISHED', { project: 'p' }), [done])).toEqual([true]);
    expect(fires(workflowStatus('w', 'FINISHED', { project: 'q' }), [done])).toEqual([false]);
    expect(fires(workflowStatus('w', 'FAILED'), [done])).toEqual([false]);
  });
});

describe('how long an event counts', () => {
  it('is until the rule has fired with ONCE, and for ever with REPEATED', () => {
    const events = [a, b, b, a];
    expect(fires(all(onA, onB), events)).toEqual([false, true, false, true]);
    expect(fires(all(event({ key: 'a', value: '1', life: 'REPEATED' }), onB), events)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('goes by the order of events and by no clock: many in one millisecond are each seen', () => {
    expect(fires(onA, [a, a, a])).toEqual([true, true, true]);
    expect(fires(all(onA, onB), [a, b, a, b])).toEqual([false, true, false, true]);
  });

  it('ends for ONCE with a firing, also for what comes late; REPEATED asks for no time (trap: late event under ONCE → nothing, under REPEATED → START)', () => {
    const late = [
      { ...a, version: 10 },
      { ...a, version: 4 },
      { ...a, version: 10 },
      { ...a, version: 11 },
    ];
    expect(fires(onA, late)).toEqual([true, false, false, true]);
    expect(fires(event({ key: 'a', value: '1', life: 'REPEATED' }), late)).toEqual([true, true, true, true]);
  });

  it('is over for ONCE up to the newest event that the rule fired by, though a late one made it fire since', () => {
    const lasting = event({ key: 'b', value: '2', life: 'REPEATED' });
    const events = [
      { ...a, version: 10 },
      { ...b, version: 4 },
      { ...a, version: 7 },
      { ...a, version: 11 },
    ];
    // Of the last two only the newer one counts; the late one meets nothing.
    expect(fires(any(onA, lasting), events)).toEqual([true, true, false, true]);
  });

  it('lets an event that comes late meet a rule that has not fired yet', () => {
    const events = [
      { ...a, version: 10 },
      { ...b, version: 4 },
    ];
    expect(fires(all(onA, onB), events)).toEqual([false, true]);
  });

  it('ends when another value comes from the same source, and not when one comes from another', () => {
    const anySender = all(event({ key: 'a', value: '1', sender: '*' }), onB);
    const from = (sender: string, value: string): NewEvent => ({ key: 'a', value, sender });
    expect(fires(anySender, [from('x', '1'), from('y', '2'), b])).toEqual([false, false, true]);
    expect(fires(anySender, [from('x', '1'), from('x', '2'), b])).toEqual([false, false, false]);
    expect(fires(anySender, [from('x', '1'), from('y', '1'), from('x', '2'), b]).at(-1)).toBe(true);
  });

  it('does not end with another value where only an update is asked for', () => {
    expect(fires(all(event({ key: 'a' }), onB), [a, { key: 'a', value: 'other' }, b])).toEqual([
      false,
      false,
      true,
    ]);
  });
});

describe('what makes a rule fire', () => {
  it('is an event that meets a part of it, and not one that only brings another value or is none of its own', () => {
    const lasting = event({ key: 'a', value: '1', life: 'REPEATED' });
    const others = [{ key: 'b', value: 'other' }, { key: 'c', value: '1' }, b];
    expect(fires(any(lasting, onB), [a, ...others])).toEqual([true, false, false, true]);
  });

  it('is not an event of another source with another value, though the comparison stays met', () => {
    const anyKey = event({ key: '*', value: 'done', life: 'REPEATED' });
    const events = [
      { key: 'x', value: 'done' },
      { key: 'y', value: 'begun' },
      { key: 'y', value: 'done' },
    ];
    expect(fires(anyKey, events)).toEqual([true, false, true]);
  });

  it('is one event for several parts at once', () => {
    expect(fires(all(onA, event({ key: '*', value: '1' }), event({ key: 'a' })), [a])).toEqual([true]);
  });

  it('is with the older form any sufficient condition, or else all the necessary ones', () => {
    const c = event({ key: 'c' });
    const older = sufficientOrNecessary({ sufficient: [c], necessary: [onA, onB] });
    const third = { key: 'c', value: '' };
    expect(fires(older, [a, b])).toEqual([false, true]);
    expect(fires(older, [third, a, third])).toEqual([true, false, true]);
    expect(fires(sufficientOrNecessary({ sufficient: [onA, c] }), [third, a])).toEqual([true, true]);
    expect(fires(sufficientOrNecessary({ necessary: [onA] }), [a])).toEqual([true]);
  });
});

describe('several rules', () => {
  const rules = [rule(onA), rule(all(onA, onB), 'STOP'), rule(onA, 'RESTART', 'other')];

  it('each fire for themselves, and all that fire have used their events', () => {
    expect(play(rules, [a, b, a])).toEqual([[0, 2], [1], [0, 2]]);
    expect(play(rules, [b, a, b])).toEqual([[], [0, 1, 2], []]);
  });

  it('fire in their order, however they look at the event', () => {
    const mixed = [
      rule(event({ key: '*' })),
      rule(event({ key: 'a' })),
      rule(event({ key: '*', namespace: '*' })),
      rule(any(event({ key: 'a', sender: '*' }), event({ key: 'a', sender: null }))),
      rule(event({ key: 'a', namespace: '*' })),
    ];
    expect(play(mixed, [a])).toEqual([[0, 1, 2, 3, 4]]);
  });

  it('do one thing to each job: what its first rule says', () => {
    expect(firstActions(rules)).toEqual([
      { jobName: 'target', action: 'START' },
      { jobName: 'other', action: 'RESTART' },
    ]);
    expect(firstActions([])).toEqual([]);
  });

  it('leave a job alone when the first says NONE', () => {
    expect(firstActions([rule(onA, 'NONE'), rule(onA, 'START'), rule(onA, 'STOP', 'other')])).toEqual([
      { jobName: 'other', action: 'STOP' },
    ]);
    expect(firstActions([rule(onA, 'START'), rule(onA, 'NONE')])).toEqual([
      { jobName: 'target', action: 'START' },
    ]);
  });
});

describe('one rule as a pure function', () => {
  const both = rule(all(onA, onB));

  it('gives the state that the next event is told with', () => {
    const first = applyEvent(both, null, logged(a, 1));
    expect(first.fires).toBe(false);
    const second = applyEvent(both, JSON.parse(JSON.stringify(first.state)) as RuleState, logged(b, 2));
    expect(second).toEqual({ fires: true, state: { firedAt: 2, marks: [] } });
    expect(applyEvent(both, second.state, logged(b, 2)).fires).toBe(false);
  });

  it('leaves the state that it was given as it was', () => {
    const { state } = applyEvent(both, null, logged(a, 1));
    const before = structuredClone(state);
    applyEvent(both, state, logged(b, 2));
    expect(state).toEqual(before);
  });
});
