import { Cron } from 'croner';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CronSchedule } from '../../src/index.ts';
import { toSchedule } from '../../src/index.ts';
import { parseCron } from '../../src/schedule/cron.ts';
import { ticksOf } from '../../src/schedule/ticks.ts';
import { stretchAt } from '../../src/schedule/time-zone.ts';

const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);

const range = (min: number, max: number): fc.Arbitrary<string> =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);

const part = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.integer({ min, max }).map(String),
    range(min, max),
    fc.tuple(range(min, max), fc.integer({ min: 2, max: 6 })).map(([text, step]) => `${text}/${step}`),
  );

const field = (min: number, max: number, ...more: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('*', '*', `*/${Math.ceil(max / 4)}`, '*/2', ...more) },
    { weight: 4, arbitrary: fc.integer({ min, max }).map(String) },
    {
      weight: 2,
      arbitrary: fc.array(part(min, max), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')),
    },
  );

const expression = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: fc.constant('') }, field(0, 59)),
    field(0, 59),
    field(0, 23),
    field(1, 31, 'L', '?', 'L,10'),
    field(1, 12, 'jan', 'NOV,Dec', 'MAR-OCT'),
    field(0, 7, '?', 'MON-FRI', 'sat,sun', 'MON#2', '5L', 'TUE#5'),
  )
  .map((fields) => fields.join(' ').trim());

const zone = fc.constantFrom(
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Asia/Kolkata',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Asia/Tehran',
);

/** Also of what never comes, which toSchedule refuses. */
function scheduleOf(cron: string, timezone: string): CronSchedule {
  return { kind: 'cron', cron, timezone, startDate: null, missedTicks: 'latest' };
}

/** To the second, and often on a day on which clocks are changed. */
const instant = fc.oneof(
  fc.integer({ min: Date.UTC(1990, 0) / 1000, max: Date.UTC(2050, 0) / 1000 }),
  fc
    .tuple(
      fc.constantFrom('2025-03-30', '2025-10-26', '2025-03-09', '2025-11-02', '2025-04-05', '2008-11-02'),
      fc.integer({ min: -86_400, max: 86_400 }),
    )
    .map(([day, seconds]) => Date.parse(day) / 1000 + seconds),
);

/**
 * Where ours is not croner's, and is not compared:
 * - A range that goes round (`22-2`) and `5/15` are errors there; here they mean what they say in other crons.
 * - A fixed expression of several hours or minutes is taken for elapsed time there when clocks are changed; here it
 *   comes once. So fixed expressions are compared away from such changes.
 * - A whole day that clocks jump over (Apia) is left out there; here it comes when they jump.
 */
describe(`cron, beside croner (AIFLOW_TEST_SEED=${seed})`, () => {
  it('finds the same ticks', () => {
    fc.assert(
      fc.property(expression, zone, instant, (cron, timezone, seconds) => {
        const theirs = new Cron(cron, { timezone, paused: true });
        const days = theirs.nextRuns(3, new Date(seconds * 1000)).map((date) => date.getTime());
        fc.pre(days.length === 3);
        const near = [seconds * 1000, ...days].some((each) => {
          const { before, changes } = stretchAt(timezone, Math.floor(each / 1000) * 1000);
          return before !== null || changes;
        });
        fc.pre(parseCron(cron).elapsed || !near);
        const series = ticksOf(scheduleOf(cron, timezone), 0);
        const ours: number[] = [];
        for (let tick: number | null = seconds * 1000; tick !== null && ours.length < 3;) {
          tick = series.next(tick);
          if (tick !== null) ours.push(tick);
        }
        expect(ours).toEqual(days);
      }),
      { seed, numRuns: 3000 },
    );
  });

  it('never ticks where croner never does', () => {
    for (const cron of ['0 0 30 2 *', '0 0 31 4,6,9,11 *']) {
      expect(new Cron(cron, { paused: true }).nextRun()).toBeNull();
      expect(() => toSchedule({ cron })).toThrow('never comes');
    }
  });

  it('goes back by the way that it came', () => {
    fc.assert(
      fc.property(expression, zone, instant, (cron, timezone, seconds) => {
        const series = ticksOf(scheduleOf(cron, timezone), 0);
        const next = series.next(seconds * 1000);
        fc.pre(next !== null);
        const back = series.previous(next);
        fc.pre(back !== null);
        expect(back <= seconds * 1000).toBe(true);
        expect(series.next(back)).toBe(next);
      }),
      { seed, numRuns: 2000 },
    );
  });
});
