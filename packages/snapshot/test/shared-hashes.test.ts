import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { SharedHashes, prefixOf, sharedKey } from '../src/shared-hashes.ts';

const hashes = (count: number): string[] =>
  Array.from({ length: count }, (_, each) => hash('sha256', String(each), 'hex'));

test('what is there is not new, and what is new is so once, for whoever shares the memory', () => {
  const [known, more] = [hashes(2_000).slice(0, 1_000), hashes(2_000).slice(1_000)];
  const key = (sha256: string): number => sharedKey(prefixOf(sha256), 'whole');
  const here = SharedHashes.of(known.map(key), more.length);
  const there = new SharedHashes(here.slots);
  for (const sha256 of known) expect(there.add(key(sha256))).toBe(false);
  for (const [count, sha256] of more.entries()) {
    const [first, second] = count % 2 === 0 ? [here, there] : [there, here];
    expect([first.add(key(sha256)), second.add(key(sha256))]).toEqual([true, false]);
  }
});

test('all of a file and a part of one are two things', () => {
  for (const prefix of [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    const set = SharedHashes.of([sharedKey(prefix, 'whole')], 1);
    expect(set.add(sharedKey(prefix, 'part')), prefix.toString(16)).toBe(true);
    expect(set.add(sharedKey(prefix, 'whole'))).toBe(false);
    expect(set.add(sharedKey(prefix, 'part'))).toBe(false);
  }
});
