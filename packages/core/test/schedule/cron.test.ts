import { describe, expect, it } from 'vitest';
import { nextTick, toSchedule } from '../../src/index.ts';
import { ticksOf } from '../../src/schedule/ticks.ts';
import type { CronCase } from './cron-cases.ts';
import { clockCases, cronCases } from './cron-cases.ts';

const instant = (text: string): number =>
  Date.parse(/^\d{4}-\d\d-\d\dT[\d:]+$/.test(text) ? `${text}Z` : text);

/** As many ticks after an instant as are expected. */
function ticksAfter([cron, timezone, after, expected]: CronCase): readonly (number | null)[] {
  const schedule = toSchedule({ cron, timezone });
  const found: (number | null)[] = [];
  for (let tick: number | null = instant(after); tick !== null && found.length < expected.length;) {
    tick = nextTick(schedule, tick);
    found.push(tick);
  }
  return found;
}

describe('the next tick of a cron expression', () => {
  it.each(cronCases)('%s in %s after %s', (...each) => {
    expect(ticksAfter(each)).toEqual(each[3].map(instant));
  });

  it('is strictly after the instant, at its own whole second', () => {
    const schedule = toSchedule({ cron: '0 6 * * *' });
    const six = instant('2025-01-01T06:00:00Z');
    expect(nextTick(schedule, six - 0.5)).toBe(six);
    expect(nextTick(schedule, six)).toBe(instant('2025-01-02T06:00:00Z'));
  });

  it('is null when no other comes', () => {
    const schedule = toSchedule({ cron: '0 0 0 1 1 * 2020' });
    expect(nextTick(schedule, instant('2020-01-01T00:00:00Z'))).toBeNull();
    expect(nextTick(toSchedule({ cron: '* * * * *' }), instant('9999-12-31T23:59:00Z'))).toBeNull();
  });

  it('does not come before the start date', () => {
    const schedule = toSchedule({ cron: '0 6 * * *', startDate: '2025-05-01T06:00:00Z' });
    expect(nextTick(schedule, instant('2020-01-01T00:00:00Z'))).toBe(instant('2025-05-01T06:00:00Z'));
    const late = toSchedule({ cron: '* * * * * *', startDate: '2025-05-01T06:00:00.5Z' });
    expect(nextTick(late, -Infinity)).toBe(instant('2025-05-01T06:00:01Z'));
    expect(ticksOf(late, 0).previous(instant('2025-05-01T06:00:01Z'))).toBeNull();
  });
});

describe('when clocks change', () => {
  it.each(clockCases)('%s in %s after %s', (...each) => {
    expect(ticksAfter(each)).toEqual(each[3].map(instant));
  });
});

describe('the tick before an instant', () => {
  it.each([...cronCases, ...clockCases])(
    'goes back as %s in %s came after %s',
    (cron, timezone, after, expected) => {
      const series = ticksOf(toSchedule({ cron, timezone }), 0);
      const ticks = expected.map(instant);
      const back: number[] = [];
      let tick = series.previous((ticks.at(-1) ?? 0) + 1);
      for (; tick !== null && tick > instant(after); tick = series.previous(tick)) back.unshift(tick);
      expect(back).toEqual(ticks);
    },
  );

  it('is found in the first pass of an hour whose second pass lies at the edge of what is known of the clocks', () => {
    const series = ticksOf(toSchedule({ cron: '20-59/39 2 26 10 *', timezone: 'Europe/Paris' }), 0);
    const back: (number | null)[] = [];
    for (let tick: number | null = instant('2025-10-28T01:10Z'); tick !== null && back.length < 5;) {
      tick = series.previous(tick);
      back.push(tick);
    }
    const day = ['01:59', '01:20', '00:59', '00:20'].map((time) => instant(`2025-10-26T${time}`));
    expect(back).toEqual([...day, instant('2024-10-26T00:59')]);
  });

  it('is null before the first', () => {
    const series = ticksOf(toSchedule({ cron: '0 0 0 1 1 * 2020' }), 0);
    expect(series.previous(instant('2020-01-01T00:00:00Z'))).toBeNull();
    expect(series.previous(Infinity)).toBe(instant('2020-01-01T00:00:00Z'));
    expect(series.previous(NaN)).toBeNull();
  });
});
