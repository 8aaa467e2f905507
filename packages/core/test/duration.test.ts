import { describe, expect, it } from 'vitest';
import { describeDuration, durationMs, toMs } from '../src/index.ts';
import { errorOf } from './thrown.ts';

describe('a duration', () => {
  it.each([
    [90, 90_000],
    [0, 0],
    [0.25, 250],
    [1.0004, 1000],
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
    ['1m5ms', 60_005],
    ['36600d', 36_600 * 86_400_000],
    ['0,0,0,60', 60_000],
    ['0,0,1,0', 60_000],
    ['1,1,1,1', 90_061_000],
    ['1,,,', 86_400_000],
    [', , ,5', 5000],
    ['0,0,0,1.5', 1500],
    [',,,', 0],
  ])('%j is %i ms', (duration, ms) => {
    expect(durationMs(duration)).toBe(ms);
  });

  it.each([
    -1,
    NaN,
    Infinity,
    1e300,
    '',
    ' ',
    '90',
    '-5s',
    '5 weeks',
    '1e3s',
    '1.s',
    '.5s',
    '1H',
    '36601d',
    '0,0,0',
    '0,0,0,0,0',
    '0,0,0,-1',
    '0,0,0,x',
    '0x10,0,0,0',
    '1'.repeat(400) + 's',
    '1s'.repeat(500_000),
    ','.repeat(1_000_000),
    null,
    undefined,
    true,
    {},
    ['1s'],
    10n,
    new Date(5),
  ])('%.20j is none', (duration) => {
    expect(durationMs(duration)).toBeNull();
  });

  it('that is none is refused with what it was for, whatever was handed in', () => {
    const message = (duration: unknown): string =>
      errorOf(() => toMs(duration as string, 'timeout of job "a"'), 'duration.invalid').message;
    expect(message('soon')).toMatch(/^timeout of job "a" must be a number of seconds, .* not "soon"$/);
    expect(message(NaN)).toContain('not NaN');
    expect(message(null)).toContain('not null');
    expect(message(10n)).toContain('not a bigint');
    expect(message({ toJSON: () => message({}) })).toContain('not an object');
    expect(message('x'.repeat(1_000_000)).length).toBeLessThan(250);
  });

  it.each([
    [0, '0 seconds'],
    [1, '1 millisecond'],
    [1000, '1 second'],
    [90_000, '1 minute 30 seconds'],
    [900_000, '15 minutes'],
    [90_061_001, '1 day 1 hour 1 minute 1 second 1 millisecond'],
    [172_800_000, '2 days'],
  ])('of %i ms is %s in words', (ms, words) => {
    expect(describeDuration(ms)).toBe(words);
  });
});
