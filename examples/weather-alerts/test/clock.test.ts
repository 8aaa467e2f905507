import { expect, test } from 'vitest';
import { createReplayClock } from '../station/clock.ts';

const day = 24 * 60 * 60 * 1000;
const start = Date.UTC(2012, 0, 1);

test('the clock goes on from its start as time does, and never back', () => {
  const clock = createReplayClock(start);
  const [before, from] = [clock.now(), clock.monotonic()];
  expect(before).toBeGreaterThanOrEqual(start);
  expect(before).toBeLessThan(start + day);
  clock.moveTo(start + day);
  expect(clock.now()).toBeGreaterThanOrEqual(start + day);
  expect(clock.monotonic() - from).toBeGreaterThanOrEqual(start + day - before);
  const now = clock.now();
  clock.moveTo(start);
  expect(clock.now()).toBeGreaterThanOrEqual(now);
});

test('being moved on ends the sleeps that are over by then, and no others', async () => {
  const clock = createReplayClock(start);
  const ended: string[] = [];
  const stop = new AbortController();
  const hours = 60 * 60 * 1000;
  const short = clock.sleep(5 * hours).then(() => ended.push('short'));
  const long = clock.sleep(7 * hours, { signal: stop.signal }).then(
    () => ended.push('long'),
    () => ended.push('stopped'),
  );
  clock.moveTo(clock.now() + 6 * hours);
  await short;
  expect(ended).toEqual(['short']);
  stop.abort();
  await long;
  expect(ended).toEqual(['short', 'stopped']);
});

test('a sleep that nobody moves on ends by itself', async () => {
  const clock = createReplayClock(start);
  const before = clock.monotonic();
  await clock.sleep(20);
  expect(clock.monotonic() - before).toBeGreaterThanOrEqual(19);
});
