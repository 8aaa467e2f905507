import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSchedule } from '../../src/index.ts';
import { parseCron } from '../../src/schedule/cron.ts';
import { ticksOf } from '../../src/schedule/ticks.ts';

const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);

const [minuteMs, dayMs] = [60_000, 86_400_000];

/** Days on which clocks were changed, forward and back, by half an hour, an hour and a day, at midnight and later. */
const changes: readonly (readonly [zone: string, near: string])[] = [
  ['Europe/Paris', '2025-03-30'],
  ['Europe/Paris', '2025-10-26'],
  ['America/New_York', '2025-03-09'],
  ['America/New_York', '2025-11-02'],
  ['Australia/Lord_Howe', '2025-04-05'],
  ['Australia/Lord_Howe', '2025-10-04'],
  ['Africa/Casablanca', '2025-02-23'],
  ['Africa/Casablanca', '2025-04-06'],
  ['America/St_Johns', '2008-03-09'],
  ['America/St_Johns', '2008-11-02'],
  ['America/Sao_Paulo', '2018-02-18'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['Pacific/Apia', '2011-12-30'],
  ['Pacific/Kwajalein', '1969-09-30'],
  ['Asia/Kolkata', '2025-03-30'],
];

interface Minute {
  readonly instant: number;
  readonly wall: number;
}

/** What the clocks of a zone show, minute by minute, from two days before a day to two days after it. */
function minutesOf(zone: string, near: string): readonly Minute[] {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const start = Date.parse(near) - 2 * dayMs;
  return Array.from({ length: 4 * 24 * 60 }, (_, index) => {
    const instant = start + index * minuteMs;
    return { instant, wall: Date.parse(`${format.format(instant).replace(' ', 'T')}Z`) };
  });
}

const seen = changes.map(([zone, near]) => ({ zone, minutes: minutesOf(zone, near) }));

/** The rule in its plainest form, over every minute. */
function naiveTicks(cron: string, minutes: readonly Minute[]): readonly number[] {
  const { hours, minutes: ofHour, elapsed } = parseCron(cron);
  const matches = (wall: number): boolean => {
    const date = new Date(wall);
    return hours.values.includes(date.getUTCHours()) && ofHour.values.includes(date.getUTCMinutes());
  };
  const ticks: number[] = [];
  let shown = (minutes[0]?.wall ?? 0) - minuteMs;
  for (const { instant, wall } of minutes) {
    if (elapsed) {
      if (matches(wall)) ticks.push(instant);
      continue;
    }
    // Every wall time that is shown for the first time, or has just been jumped over.
    let due = false;
    for (; shown < wall; shown += minuteMs) due ||= matches(shown + minuteMs);
    if (due) ticks.push(instant);
  }
  return ticks;
}

const field = (max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('*', '*/2', '*/20', '*/7'),
    fc.array(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
    fc.tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max })).map((ends) => ends.join('-')),
  );

describe(`ticks around changes of the clocks (AIFLOW_TEST_SEED=${seed})`, () => {
  it('are those that a walk over every minute finds, in both directions', () => {
    fc.assert(
      fc.property(field(59), field(23), fc.constantFrom(...seen), (minute, hour, { zone, minutes }) => {
        const cron = `${minute} ${hour} * * *`;
        const series = ticksOf(toSchedule({ cron, timezone: zone }), 0);
        // The first two days only set the model going, so that it knows what was shown before.
        const [from, to] = [(minutes[0]?.instant ?? 0) + dayMs, (minutes.at(-1)?.instant ?? 0) - minuteMs];
        const expected = naiveTicks(cron, minutes).filter((tick) => tick > from && tick < to);
        const forward: number[] = [];
        for (let tick = series.next(from); tick !== null && tick < to; tick = series.next(tick)) {
          forward.push(tick);
        }
        expect(forward).toEqual(expected);
        const back: number[] = [];
        for (let tick = series.previous(to); tick !== null && tick > from; tick = series.previous(tick)) {
          back.push(tick);
        }
        expect(back.reverse()).toEqual(expected);
      }),
      { seed, numRuns: 400 },
    );
  });

  it('are found from any instant, without a memory of what came before', () => {
    fc.assert(
      fc.property(field(59), field(23), fc.constantFrom(...seen), fc.nat(), (minute, hour, place, random) => {
        const cron = `${minute} ${hour} * * *`;
        const schedule = toSchedule({ cron, timezone: place.zone });
        const at = place.minutes[1440 + (random % 2880)]?.instant ?? 0;
        const expected = naiveTicks(cron, place.minutes);
        // Null where the minutes end before the next tick comes.
        const next = expected.find((tick) => tick > at) ?? null;
        const previous = expected.findLast((tick) => tick < at) ?? null;
        const series = ticksOf(schedule, 0);
        expect(next === null || series.next(at) === next).toBe(true);
        expect(previous === null || series.previous(at) === previous).toBe(true);
      }),
      { seed, numRuns: 1500 },
    );
  });
});
