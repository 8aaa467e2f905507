import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schedule, ScheduleSpec } from '../../src/index.ts';
import { dueTicks, nextTick, toSchedule } from '../../src/index.ts';
import { missedAfterMs, ticksOf } from '../../src/schedule/ticks.ts';

const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);

const at = (text: string): number => Date.parse(`2025-01-01T${text}Z`);
const hourly = (missedTicks: 'latest' | 'all' | 'none'): Schedule =>
  toSchedule({ cron: '0 * * * *', missedTicks });
const yearMs = 365.25 * 86_400_000;

describe('the next tick of an interval', () => {
  it('is counted from the start date, which is a tick itself', () => {
    const schedule = toSchedule({ interval: 60, startDate: '2025-01-01T00:00:10Z' });
    expect(nextTick(schedule, -Infinity)).toBe(at('00:00:10'));
    expect(nextTick(schedule, at('00:00:00'))).toBe(at('00:00:10'));
    expect(nextTick(schedule, at('00:00:10'))).toBe(at('00:01:10'));
    expect(nextTick(schedule, at('00:01:09.999'))).toBe(at('00:01:10'));
  });

  it('is one interval after the last one without a start date', () => {
    expect(nextTick(toSchedule({ interval: 60 }), at('00:00:10'))).toBe(at('00:01:10'));
  });

  it('is null where there is none', () => {
    expect(nextTick(toSchedule({ interval: 60 }), -Infinity)).toBeNull();
    for (const schedule of [toSchedule({ interval: 60, startDate: '2025-01-01' }), hourly('latest')]) {
      expect([nextTick(schedule, NaN), nextTick(schedule, Infinity), nextTick(schedule, 8.64e15)]).toEqual([
        null,
        null,
        null,
      ]);
    }
  });
});

describe('due ticks', () => {
  it('are those after the last one up to now', () => {
    const schedule = hourly('all');
    expect(dueTicks(schedule, { last: at('01:00:00'), now: at('03:00:00') })).toEqual({
      ticks: [at('02:00:00'), at('03:00:00')],
      skipped: 0,
      last: at('03:00:00'),
    });
    expect(dueTicks(schedule, { last: at('01:00:00'), now: at('01:59:59.999') })).toEqual({
      ticks: [],
      skipped: 0,
      last: at('01:00:00'),
    });
  });

  it('with latest are the newest alone', () => {
    expect(dueTicks(hourly('latest'), { last: at('01:00:00'), now: at('05:30:00') })).toEqual({
      ticks: [at('05:00:00')],
      skipped: 3,
      last: at('05:00:00'),
    });
  });

  it('with none are the newest if it is at most a minute old, and else nothing', () => {
    const due = (now: number): object => dueTicks(hourly('none'), { last: at('01:00:00'), now });
    const newest = at('05:00:00');
    expect(due(newest + missedAfterMs)).toEqual({ ticks: [newest], skipped: 3, last: newest });
    expect(due(newest + missedAfterMs + 1)).toEqual({ ticks: [], skipped: 4, last: newest });
  });

  it('that were passed over are not counted again', () => {
    const schedule = hourly('none');
    const { last } = dueTicks(schedule, { last: at('01:00:00'), now: at('05:30:00') });
    expect(dueTicks(schedule, { last, now: at('05:40:00') })).toEqual({ ticks: [], skipped: 0, last });
    expect(dueTicks(schedule, { last, now: at('06:00:00') })).toMatchObject({
      ticks: [at('06:00:00')],
      skipped: 0,
    });
  });

  it('with all go on in the next call where the limit ended this one', () => {
    const schedule = hourly('all');
    const now = at('05:30:00');
    const first = dueTicks(schedule, { last: at('00:00:00'), now, limit: 3 });
    expect(first).toEqual({
      ticks: [1, 2, 3].map((hour) => at(`0${hour}:00:00`)),
      skipped: 0,
      last: at('03:00:00'),
    });
    expect(dueTicks(schedule, { last: first.last, now, limit: 3 })).toEqual({
      ticks: [at('04:00:00'), at('05:00:00')],
      skipped: 0,
      last: at('05:00:00'),
    });
  });

  it('get on however small the limit is', () => {
    for (const limit of [0, -1, NaN]) {
      const { ticks } = dueTicks(hourly('all'), { last: at('00:00:00'), now: at('05:00:00'), limit });
      expect(ticks).toEqual([at('01:00:00')]);
    }
  });

  it('do not come twice when the clock is put back', () => {
    for (const policy of ['latest', 'all', 'none'] as const) {
      const last = at('05:00:00');
      for (const now of [at('04:10:00'), last]) {
        expect(dueTicks(hourly(policy), { last, now })).toEqual({ ticks: [], skipped: 0, last });
      }
    }
  });

  it('are none without a time', () => {
    for (const [last, now] of [
      [NaN, 0],
      [0, NaN],
      [0, Infinity],
      [-Infinity, 0],
    ] as const) {
      expect(dueTicks(hourly('all'), { last, now })).toEqual({ ticks: [], skipped: 0, last });
    }
  });

  it('of an interval without a start date are counted from the last one, and never drift', () => {
    const schedule = toSchedule({ interval: 60, missedTicks: 'latest' });
    let last = at('00:00:10');
    for (const now of [at('00:01:12'), at('00:02:59'), at('00:07:10'), at('00:07:11')]) {
      ({ last } = dueTicks(schedule, { last, now }));
    }
    expect(last).toBe(at('00:07:10'));
    expect(dueTicks(schedule, { last: at('00:00:10'), now: at('00:01:09.999') }).ticks).toEqual([]);
  });

  it('of an interval with a start date begin with it', () => {
    const schedule = toSchedule({ interval: 60, startDate: '2025-01-01T00:00:10Z', missedTicks: 'all' });
    expect(dueTicks(schedule, { last: at('00:00:00'), now: at('00:00:09') }).ticks).toEqual([]);
    expect(dueTicks(schedule, { last: at('00:00:00'), now: at('00:01:10') }).ticks).toEqual([
      at('00:00:10'),
      at('00:01:10'),
    ]);
  });

  // Walking there would take a third of a billion steps.
  it.each<ScheduleSpec>([{ interval: 1 }, { interval: 1, startDate: '1970-01-01' }, { cron: '* * * * * *' }])(
    'after ten years of seconds are found without a walk: %j',
    (spec) => {
      const now = 50 * yearMs;
      const last = 40 * yearMs;
      const found = dueTicks(toSchedule(spec), { last, now });
      expect(found).toEqual({ ticks: [now], skipped: 1000, last: now });
      const none = dueTicks(toSchedule({ ...spec, missedTicks: 'none' }), { last, now: now + 0.5 });
      expect(none.ticks).toEqual([now]);
      const all = dueTicks(toSchedule({ ...spec, missedTicks: 'all' }), { last, now });
      expect([all.ticks.length, all.ticks[0], all.last]).toEqual([1000, last + 1000, last + 1_000_000]);
    },
  );
});

const schedules = fc.constantFrom<ScheduleSpec>(
  { cron: '*/7 * * * *', timezone: 'Europe/Paris' },
  { cron: '30 2,14 * * *', timezone: 'Europe/Paris' },
  { cron: '15 1 * * *', timezone: 'America/New_York' },
  { cron: '0 12 29 2 *', timezone: 'Asia/Kolkata' },
  { cron: '0,30 2 * * SUN', timezone: 'Australia/Lord_Howe', startDate: '2025-03-01' },
  { interval: '37m', startDate: '2025-03-30T00:00:01.5Z' },
  { interval: 7 * 3600, startDate: '2024-01-01' },
);
/** Somewhere around the changes of 2025. */
const instant = fc.integer({ min: Date.UTC(2025, 2, 28), max: Date.UTC(2025, 3, 8) });

describe(`due ticks (AIFLOW_TEST_SEED=${seed})`, () => {
  it('are the same asked for at once or in two parts, and rise strictly', () => {
    fc.assert(
      fc.property(schedules, fc.tuple(instant, instant, instant), (spec, instants) => {
        const schedule = toSchedule({ ...spec, missedTicks: 'all' });
        const [last, mid, now] = instants.sort((a, b) => a - b);
        const limit = 10_000;
        const whole = dueTicks(schedule, { last, now, limit });
        const first = dueTicks(schedule, { last, now: mid, limit });
        const second = dueTicks(schedule, { last: first.last, now, limit });
        const asked = dueTicks(schedule, { last: mid, now, limit });
        expect([...first.ticks, ...second.ticks]).toEqual(whole.ticks);
        expect([...first.ticks, ...asked.ticks]).toEqual(whole.ticks);
        expect(
          whole.ticks.every((tick, index) => tick > (whole.ticks[index - 1] ?? last) && tick <= now),
        ).toBe(true);
      }),
      { seed },
    );
  });

  it('with latest are the last of all, and with none no others', () => {
    fc.assert(
      fc.property(schedules, fc.tuple(instant, instant), (spec, instants) => {
        const [last, now] = instants.sort((a, b) => a - b);
        const ask = (missedTicks: 'latest' | 'all' | 'none'): ReturnType<typeof dueTicks> =>
          dueTicks(toSchedule({ ...spec, missedTicks }), { last, now, limit: 10_000 });
        const { ticks } = ask('all');
        const newest = ticks.at(-1);
        expect(ask('latest').ticks).toEqual(ticks.slice(-1));
        expect(ask('latest').skipped).toBe(Math.max(ticks.length - 1, 0));
        const fresh = newest !== undefined && now - newest <= missedAfterMs;
        expect(ask('none').ticks).toEqual(fresh ? [newest] : []);
        expect(ask('none').skipped + ask('none').ticks.length).toBe(ticks.length);
      }),
      { seed },
    );
  });

  it('lead back and forth between neighbours', () => {
    fc.assert(
      fc.property(schedules, instant, (spec, from) => {
        const series = ticksOf(toSchedule(spec), 0);
        const next = series.next(from);
        const previous = next === null ? null : series.previous(next);
        fc.pre(previous !== null);
        expect(previous <= from).toBe(true);
        expect(series.next(previous)).toBe(next);
        expect(series.next(previous - 1)).toBe(previous);
      }),
      { seed },
    );
  });
});
