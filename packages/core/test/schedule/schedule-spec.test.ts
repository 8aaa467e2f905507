import { describe, expect, it } from 'vitest';
import type { ScheduleSpec } from '../../src/index.ts';
import { toSchedule } from '../../src/index.ts';
import { isSchedule } from '../../src/schedule/schedule-spec.ts';
import { errorOf } from '../thrown.ts';

/** What only plain JavaScript or YAML can hand in. */
const untyped = (spec: unknown): ScheduleSpec => spec as ScheduleSpec;
const startOf = (startDate: unknown, timezone = 'UTC'): string | null =>
  toSchedule(untyped({ interval: 60, timezone, startDate })).startDate;

describe('a schedule', () => {
  it('is plain, frozen data with everything filled in', () => {
    const cron = toSchedule({ cron: ' 0 6 * * * ' });
    expect(cron).toEqual({
      kind: 'cron',
      cron: '0 6 * * *',
      timezone: 'UTC',
      startDate: null,
      missedTicks: 'latest',
    });
    const interval = toSchedule({ interval: '15m', startDate: '2025-01-01', missedTicks: 'all' });
    expect(interval).toEqual({
      kind: 'interval',
      intervalMs: 900_000,
      startDate: '2025-01-01T00:00:00.000Z',
      missedTicks: 'all',
    });
    expect([cron, interval].every((schedule) => Object.isFrozen(schedule) && isSchedule(schedule))).toBe(
      true,
    );
  });

  it.each([
    [90, 90_000],
    ['1h30m', 5_400_000],
    ['0,0,1,0', 60_000],
    ['1,,,', 86_400_000],
    [{ minutes: 5 }, 300_000],
    [{ days: 1, hours: 2, minutes: 3, seconds: 4.5 }, 93_784_500],
  ])('reads the interval %j', (interval, intervalMs) => {
    expect(toSchedule({ interval })).toMatchObject({ kind: 'interval', intervalMs });
  });

  it('takes null, as YAML has it for an empty value, for left out', () => {
    const spec = { cron: '0 6 * * *', interval: null, timezone: null, startDate: null, missedTicks: null };
    expect(toSchedule(untyped(spec))).toEqual(toSchedule({ cron: '0 6 * * *' }));
  });

  it('keeps the name of a time zone that was given, with its usual capitals', () => {
    const zoneOf = (timezone: string): unknown =>
      Reflect.get(toSchedule({ cron: '@daily', timezone }), 'timezone');
    expect(zoneOf('europe/paris')).toBe('Europe/Paris');
    expect(zoneOf('utc')).toBe('UTC');
    // One of them is always the newer name, and both stay.
    expect([zoneOf('Asia/Kolkata'), zoneOf('Asia/Calcutta')]).toEqual(['Asia/Kolkata', 'Asia/Calcutta']);
  });
});

describe('a start date', () => {
  it.each([
    ['2025-01-31T06:00:00+01:00', 'UTC', '2025-01-31T05:00:00.000Z'],
    ['2025-01-31T06:00:00.25Z', 'Europe/Paris', '2025-01-31T06:00:00.250Z'],
    ['2025-01-31 06:00-0330', 'UTC', '2025-01-31T09:30:00.000Z'],
    ['2025-01-31T06:00', 'Europe/Paris', '2025-01-31T05:00:00.000Z'],
    ['2025-07-31', 'Europe/Paris', '2025-07-30T22:00:00.000Z'],
    // 02:30 was jumped over that day, and came twice on this.
    ['2025-03-30T02:30', 'Europe/Paris', '2025-03-30T01:00:00.000Z'],
    ['2025-10-26T02:30', 'Europe/Paris', '2025-10-26T00:30:00.000Z'],
    ['2011-12-30T12:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['2008-11-02T00:00:30', 'America/St_Johns', '2008-11-02T02:30:30.000Z'],
    ['1900-01-01', 'UTC', '1900-01-01T00:00:00.000Z'],
  ])('%s in %s is %s', (text, zone, expected) => {
    expect(startOf(text, zone)).toBe(expected);
  });

  it('is a Date', () => {
    expect(startOf(new Date('2025-01-01T00:00:00Z'), 'Europe/Paris')).toBe('2025-01-01T00:00:00.000Z');
  });

  it.each([
    ['2020,1,1,1,1,1,', '2020-01-01T01:01:01.000Z'],
    // The original crashes on six items.
    ['2020,1,1,1,1,1', '2020-01-01T01:01:01.000Z'],
    ['2020,1,1,,,', '2020-01-01T00:00:00.000Z'],
    [' 2020 , 1 , 1 , , , , Asia/Chongqing', '2019-12-31T16:00:00.000Z'],
    // The original takes a zone's time of the 19th century, 9 minutes and 21 seconds off for Paris.
    ['2020,1,1,0,0,0,Europe/Paris', '2019-12-31T23:00:00.000Z'],
    ['2020,1,1,0,0,0,America/Port-au-Prince', '2020-01-01T05:00:00.000Z'],
  ])('is AIFlow’s %s (trap: a 6-item start_date crashes)', (text, expected) => {
    expect(startOf(text)).toBe(expected);
  });

  it('in AIFlow’s form without a zone is in that of the schedule', () => {
    expect(startOf('2020,7,1,,,,', 'Europe/Paris')).toBe('2020-06-30T22:00:00.000Z');
  });

  it.each([
    'yesterday',
    '',
    '2025-02-30',
    '2025-01-01T24:00',
    '2025-01-01T06:00+24:00',
    '2025-1-1',
    '20250101',
    '1899-12-31',
    '10000-01-01',
    '2020,1,1',
    '2020,,1,,,,',
    '2020,1,1,1,1,1,UTC,',
    '2020,1,1,1,1,1,Nowhere',
    '2020,13,1,,,',
    new Date(NaN),
    5,
    {},
    'x'.repeat(1_000_000),
  ])('is refused when it is none: %.20s', (startDate) => {
    const error = errorOf(() => startOf(startDate), 'schedule.invalid');
    expect(error.context['key']).toBe('startDate');
    expect(error.message.length).toBeLessThan(400);
  });
});

describe('what is no schedule is refused with its key and what is right', () => {
  it.each<readonly [unknown, string | null, string]>([
    [{ cron: '61 * * * *' }, 'cron', 'minute "61"'],
    [{ cron: '* 24 * * *' }, 'cron', 'expected 0 to 23'],
    [{ cron: '0 0 0 * *' }, 'cron', 'day "0"'],
    [{ cron: '0 0 * 13 *' }, 'cron', 'month "13"'],
    [{ cron: '0 0 * JAM *' }, 'cron', 'did you mean JAN?'],
    [{ cron: '0 0 * * MOM' }, 'cron', 'did you mean MON?'],
    [{ cron: '0 0 * * 8' }, 'cron', 'day of week "8"'],
    [{ cron: '0 0 * * MON#6' }, 'cron', 'MON#2'],
    [{ cron: '0 0 * * L' }, 'cron', 'day of week "L"'],
    [{ cron: '0 0 15W * *' }, 'cron', 'day "15W"'],
    [{ cron: '? * * * *' }, 'cron', 'minute "?"'],
    [{ cron: '*/0 * * * *' }, 'cron', 'a step is'],
    [{ cron: '1/2/3 * * * *' }, 'cron', 'two steps'],
    [{ cron: '1-2-3 * * * *' }, 'cron', 'two ends'],
    [{ cron: '1,,2 * * * *' }, 'cron', 'minute ""'],
    [{ cron: '-1 * * * *' }, 'cron', 'minute ""'],
    [{ cron: '1.5 * * * *' }, 'cron', 'minute "1.5"'],
    [{ cron: '0 0 0 1 1 * 1899' }, 'cron', 'year "1899"'],
    [{ cron: '0 0 0 1 1 * 2030-2020' }, 'cron', 'ends before'],
    [{ cron: '* * * *' }, 'cron', 'not 4'],
    [{ cron: '' }, 'cron', 'not 0'],
    [{ cron: '* * * * * * * *' }, 'cron', 'not 8'],
    [{ cron: '0 0 0 * * 1 *' }, 'cron', '0 was Monday to AIFlow'],
    [{ cron: '0 0 0 ? * MON,3-5 *' }, 'cron', 'as a name'],
    [{ cron: '0 0 0 1 * MON *' }, 'cron', 'wanted both to match'],
    [{ cron: '@dayly' }, 'cron', 'did you mean "@daily"?'],
    [{ cron: 5 }, 'cron', 'not 5'],
    [{ cron: '* '.repeat(10_000) }, 'cron', 'at most 500'],
    [{ cron: '0 0 30 2 *' }, 'cron', 'never comes'],
    [{ cron: '0 0 0 1 1 * 2020', startDate: '2021-01-01' }, 'cron', 'after its start date 2021'],
    [{ cron: '@daily', timezone: 'Europe/Pariss' }, 'timezone', 'did you mean "Europe/Paris"?'],
    [{ cron: '@daily', timezone: 'Middle-earth' }, 'timezone', 'IANA'],
    [{ cron: '@daily', timezone: 1 }, 'timezone', 'timezone 1'],
    [{ cron: '@daily', missedTicks: 'last' }, 'missedTicks', 'did you mean "latest"?'],
    [{ cron: '@daily', missedTicks: { toString: 1 } }, 'missedTicks', 'one of latest, all, none'],
    [{ interval: 0 }, 'interval', 'one second at least'],
    [{ interval: 0.5 }, 'interval', 'not 0.5'],
    [{ interval: -5 }, 'interval', 'not -5'],
    [{ interval: NaN }, 'interval', 'not NaN'],
    [{ interval: 'often' }, 'interval', 'not "often"'],
    [{ interval: '1,2,3' }, 'interval', 'days,hours,minutes,seconds'],
    [{ interval: {} }, 'interval', 'one second at least'],
    [{ interval: { minutes: -1, hours: 1 } }, 'interval', 'not an object'],
    [{ interval: { minute: 1 } }, 'interval', 'did you mean "minutes"?'],
    [{ interval: { constructor: 1 } }, 'interval', 'no part "constructor"'],
    [{ interval: 1e300 }, 'interval', 'not 1e+300'],
    [{ interval: 60, cron: '@daily' }, 'interval', 'leave one of them out'],
    [{ corn: '@daily' }, 'corn', 'did you mean "cron"?'],
    [{}, null, 'needs a cron expression or an interval'],
    [null, null, 'must be an object'],
    ['0 6 * * *', null, 'must be an object'],
    [[], null, 'must be an object'],
  ])('%j', (spec, key, words) => {
    const error = errorOf(() => toSchedule(untyped(spec)), 'schedule.invalid');
    expect(error.context['key']).toBe(key);
    expect(error.message).toContain(words);
    expect(error.message.length).toBeLessThan(400);
    expect(error.message).not.toContain('\n');
  });
});

describe('isSchedule', () => {
  const cron = toSchedule({ cron: '0 6 * * *', timezone: 'Europe/Paris' });
  const interval = toSchedule({ interval: 60, startDate: '2025-01-01' });

  it('knows a schedule that went through JSON', () => {
    expect([cron, interval].map((each) => isSchedule(JSON.parse(JSON.stringify(each))))).toEqual([
      true,
      true,
    ]);
  });

  it.each<readonly [string, unknown]>([
    ['null', null],
    ['a list', []],
    ['no kind', { ...cron, kind: 'often' }],
    ['a wrong expression', { ...cron, cron: '61 * * * *' }],
    ['no text', { ...cron, cron: 5 }],
    ['an endless expression', { ...cron, cron: '1900-9999,'.repeat(100_000) }],
    ['an unknown zone', { ...cron, timezone: 'Nowhere' }],
    ['an endless zone', { ...cron, timezone: 'Europe/'.repeat(100_000) }],
    ['no zone', { ...cron, timezone: undefined }],
    ['a policy that is none', { ...cron, missedTicks: 'some' }],
    ['no policy', { ...cron, missedTicks: undefined }],
    ['a start date that is no text', { ...cron, startDate: 5 }],
    ['a start date of another form', { ...cron, startDate: '2025-01-01' }],
    ['a start date that does not exist', { ...cron, startDate: '2025-02-30T00:00:00.000Z' }],
    ['no start date', { ...interval, startDate: undefined }],
    ['an interval of nothing', { ...interval, intervalMs: 0 }],
    ['half a millisecond', { ...interval, intervalMs: 1000.5 }],
    ['an interval that is no number', { ...interval, intervalMs: '60000' }],
    ['an interval without end', { ...interval, intervalMs: Infinity }],
  ])('refuses %s', (_, value) => {
    expect(isSchedule(value)).toBe(false);
  });
});
