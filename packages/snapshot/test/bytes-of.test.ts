import { expect, it } from 'vitest';
import { bytesOf } from '../src/index.ts';

it.each([
  [0, 0],
  [1_000_000, 1_000_000],
  ['1000', 1_000],
  ['500 MB', 500_000_000],
  ['10GiB', 10 * 1024 ** 3],
  [' 1.5 kib ', 1_536],
  ['2tb', 2e12],
])('the size %j is %i bytes', (size, bytes) => {
  expect(bytesOf(size)).toBe(bytes);
});

it.each(['', 'GB', '-1', '10 GB!', '1e9', '10 apples', '1 000', 'NaN', '9999999 TB', Infinity, -5])(
  '%j is no size',
  (size) => {
    expect(bytesOf(size)).toBeNull();
  },
);
