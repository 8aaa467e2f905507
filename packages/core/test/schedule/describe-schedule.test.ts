import { describe, expect, it } from 'vitest';
import type { ScheduleSpec } from '../../src/index.ts';
import { describeSchedule, toSchedule } from '../../src/index.ts';

describe('a schedule in words', () => {
  it.each([
    ['0 6 * * *', 'every day at 06:00'],
    ['0 6,18 * * *', 'every day at 06:00 and 18:00'],
    ['15 30 6 * * *', 'every day at 06:30:15'],
    ['@midnight', 'every day at 00:00'],
    ['0 6 ? * ?', 'every day at 06:00'],
    ['* * * * *', 'every minute'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['0,15,30,45 * * * *', 'every 15 minutes'],
    ['0 */1 * * * * *', 'every minute'],
    ['* * * * * *', 'every second'],
    ['*/10 * * * * *', 'every 10 seconds'],
    ['@hourly', 'every hour'],
    ['0 */2 * * *', 'every 2 hours'],
    ['5 * * * *', 'at minute 5 of every hour'],
    ['*/15 * * * MON', 'every 15 minutes on Monday'],
    ['30 6 * * MON-FRI', 'at 06:30 on Monday to Friday'],
    ['0 0 * * 6,0', 'at 00:00 on Saturday and Sunday'],
    ['0 0 * * FRI-SUN', 'at 00:00 on Friday to Sunday'],
    ['0 0 * * 1,3,5', 'at 00:00 on Monday, Wednesday and Friday'],
    ['0 0 * * FRI-MON', 'at 00:00 on Monday, Friday, Saturday and Sunday'],
    ['0 0 * 1 MON', 'at 00:00 on Monday, in January'],
    ['0 0 * * MON#2', 'at 00:00 on the second Monday of every month'],
    ['0 0 * * 5L', 'at 00:00 on the last Friday of every month'],
    ['0 0 1,2,3,11 * *', 'at 00:00 on the 1st, the 2nd, the 3rd and the 11th of every month'],
    ['0 0 21,22,23 * *', 'at 00:00 on the 21st, the 22nd and the 23rd of every month'],
    ['0 0 L * *', 'at 00:00 on the last day of every month'],
    ['@yearly', 'at 00:00 on the 1st of January'],
    ['0 0 * 6-8 *', 'at 00:00 on every day of June, July and August'],
  ])('%s', (cron, words) => {
    expect(describeSchedule(toSchedule({ cron, timezone: 'Europe/Paris' }))).toBe(`${words} (Europe/Paris)`);
  });

  it.each([
    // Not evenly: the hour ends after four minutes more.
    '*/7 * * * *',
    '5/15 * * * *',
    '0 */5 * * *',
    // Once a day for each hour: a range does not follow elapsed time.
    '0 0-23 * * 1',
    '0 9-17 * * *',
    '*/15 9-17 * * *',
    '0,30 0 */2 * * *',
    // Either is enough.
    '0 0 13 * FRI',
    '0 0 * * MON,FRI#1',
    '0 0 * 1 MON#1',
    '0 0 1-7 * *',
    '0 0 6 * * * 2030',
    '30 */2 * * *',
    '5 */10 * * * *',
  ])('%s has no short words and stands for itself', (cron) => {
    expect(describeSchedule(toSchedule({ cron }))).toBe(`cron "${cron}" (UTC)`);
  });

  it.each<readonly [ScheduleSpec, string]>([
    [{ interval: 60 }, 'every minute'],
    [{ interval: '15m' }, 'every 15 minutes'],
    [{ interval: '1h30m' }, 'every 1 hour 30 minutes'],
    [{ interval: '1,0,0,0' }, 'every day'],
    [{ interval: 1.5 }, 'every 1 second 500 milliseconds'],
    [{ interval: 60, startDate: '2025-01-01' }, 'every minute, from 2025-01-01T00:00:00Z on'],
    [
      { cron: '@daily', startDate: '2025-01-01', missedTicks: 'all' },
      'every day at 00:00 (UTC), from 2025-01-01T00:00:00Z on, each missed tick is made up for',
    ],
    [{ cron: '@daily', missedTicks: 'none' }, 'every day at 00:00 (UTC), missed ticks are left out'],
  ])('%j', (spec, words) => {
    expect(describeSchedule(toSchedule(spec))).toBe(words);
  });
});
