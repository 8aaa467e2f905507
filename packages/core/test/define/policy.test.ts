import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobConfig, JobOptions, RetrySpec } from '../../src/index.ts';
import { defineWorkflow, retryDelayMs, retryPolicy } from '../../src/index.ts';
import { codeOf, oneStep } from './drawing.ts';

const wrong = (value: unknown): never => value as never;

describe('a retry policy', () => {
  it('is a number of attempts, with delays of 10 s that double up to 10 minutes', () => {
    expect(retryPolicy(3)).toEqual({
      limit: 3,
      delayMs: 10_000,
      backoff: 2,
      maxDelayMs: 600_000,
      jitter: 0.1,
    });
    expect(retryPolicy({ limit: 3 })).toEqual(retryPolicy(3));
    expect(retryPolicy({ limit: 1, delay: '1h' }).maxDelayMs).toBe(3_600_000);
    expect(retryPolicy({ limit: 2, delay: 0.5, backoff: 1, maxDelay: '1m', jitter: 0 })).toEqual({
      limit: 2,
      delayMs: 500,
      backoff: 1,
      maxDelayMs: 60_000,
      jitter: 0,
    });
  });

  it.each<[string, unknown, string]>([
    ['no limit', {}, 'define.invalid_option'],
    ['a limit below 0', -1, 'define.invalid_option'],
    ['NaN', NaN, 'define.invalid_option'],
    ['a text', '3', 'define.invalid_option'],
    ['a key that is misspelt', { limit: 1, delays: 1 }, 'define.unknown_option'],
    ['a delay that is none', { limit: 1, delay: 'soon' }, 'duration.invalid'],
    ['a delay that cannot be written', { limit: 1, delay: 1n }, 'define.invalid_option'],
    ['a backoff that shrinks', { limit: 1, backoff: 0.5 }, 'define.invalid_option'],
    ['a jitter above 1', { limit: 1, jitter: 1.5 }, 'define.invalid_option'],
    ['a maxDelay below the delay', { limit: 1, delay: '1m', maxDelay: '1s' }, 'define.invalid_option'],
  ])('is not made of %s', (_, spec, code) => {
    expect(codeOf(() => retryPolicy(spec as RetrySpec))).toBe(code);
  });
});

describe('the delay before a retry', () => {
  const policy = retryPolicy({ limit: 9, delay: '1s', backoff: 3, maxDelay: '20s', jitter: 0.5 });

  it('grows up to the longest', () => {
    expect([1, 2, 3, 4, 5, 100_000].map((number) => retryDelayMs(policy, number, 0.5))).toEqual([
      1000, 3000, 9000, 20_000, 20_000, 20_000,
    ]);
  });

  it('is made shorter and longer by chance, around what it would be', () => {
    expect(retryDelayMs(policy, 1, 0)).toBe(500);
    expect(retryDelayMs(policy, 1, 0.999_999)).toBe(1500);
    expect(retryDelayMs(policy, 100, 0)).toBe(10_000);
  });

  it('is a whole number from 0 to the longest and its jitter, for every policy', () => {
    const specs = fc.record({
      limit: fc.nat(10_000),
      delay: fc.double({ min: 0, max: 1e6, noNaN: true }),
      backoff: fc.double({ min: 1, max: 100, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 10_000 }), random, (spec, number, chance) => {
        const made = retryPolicy(spec);
        const delay = retryDelayMs(made, number, chance);
        expect(Number.isInteger(delay) && delay >= 0).toBe(true);
        expect(delay).toBeLessThanOrEqual(made.maxDelayMs * (1 + made.jitter) + 1);
        expect(retryDelayMs(made, number, 0)).toBeLessThanOrEqual(delay);
      }),
    );
  });
});

describe('the options of a job', () => {
  const configOf = (options: JobOptions): JobConfig | undefined =>
    defineWorkflow('w', (workflow) => void workflow.job('a', options, oneStep)).jobs[0];

  it('land in its configuration, and what is not said is absent', () => {
    expect(configOf({})).toEqual({ jobName: 'a', jobType: 'fake', properties: {} });
    expect(
      configOf({
        platform: 'kubernetes',
        engine: 'cmd_line',
        execMode: 'STREAM',
        retry: 2,
        timeout: '1h30m',
        pool: 'gpu',
        poolSlots: 2,
        runCondition: 'upstream_ended',
        labelInterval: 1,
      }),
    ).toEqual({
      jobName: 'a',
      jobType: 'fake',
      properties: {},
      platform: 'kubernetes',
      engine: 'cmd_line',
      execMode: 'STREAM',
      retry: retryPolicy(2),
      timeoutMs: 5_400_000,
      pool: 'gpu',
      poolSlots: 2,
      runCondition: 'upstream_ended',
      labelIntervalMs: 1000,
    });
    expect(Object.keys(configOf({ timeout: wrong(undefined) }) ?? {})).not.toContain('timeoutMs');
  });

  it.each<[string, object, string]>([
    ['a platform that is no name', { platform: 'a b' }, 'name.invalid'],
    ['an engine that is no text', { engine: 5 }, 'name.invalid'],
    ['a type that is no name', { type: 'a\nb' }, 'name.invalid'],
    ['an execMode in small letters', { execMode: 'batch' }, 'define.invalid_option'],
    ['a retry that is null', { retry: null }, 'define.invalid_option'],
    ['a timeout of nothing', { timeout: 0 }, 'define.invalid_option'],
    ['a timeout that is none', { timeout: 'long' }, 'duration.invalid'],
    ['a timeout that is endless', { timeout: Infinity }, 'duration.invalid'],
    ['half a place', { pool: 'gpu', poolSlots: 0.5 }, 'define.invalid_option'],
    ['a pool that is a list', { pool: ['gpu'] }, 'name.invalid'],
    ['a run condition that there is not', { runCondition: 'always' }, 'define.invalid_option'],
    ['a labelInterval of nothing', { labelInterval: '0s' }, 'define.invalid_option'],
    ['a key that is misspelt', { retries: 3 }, 'define.unknown_option'],
  ])('are refused with %s', (_, options, code) => {
    expect(codeOf(() => configOf(options))).toBe(code);
  });
});
