import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readBody } from '../src/read-body.ts';

const most = 100;
const chunks = (...sizes: number[]): Uint8Array[] =>
  sizes.map((size, at) => new Uint8Array(size).fill(at + 1));
const bodyOf = (given: readonly Uint8Array[]): Readable =>
  Readable.from(given.map((chunk) => new Uint8Array(chunk)));

test.each([
  [[], 0],
  [[], null],
  [[10, 20], 30],
  [[10, 20], null],
  [[10, 20], 40], // fewer than announced
  [[10, 20], 15], // more than announced
  [[10, 1, 1], 10],
  [[100], 100],
])('gives all that comes: chunks of %j, announced %j', async (sizes, length) => {
  const given = chunks(...sizes);
  const expected = new Uint8Array(Buffer.concat(given));
  const heard: true[] = [];
  const onBytes = (): void => void heard.push(true);
  for (const into of [undefined, new Uint8Array(most), new Uint8Array(new SharedArrayBuffer(most))]) {
    const found = await readBody(bodyOf(given), { length, most, into, onBytes });
    expect(new Uint8Array(found)).toEqual(expected);
    const isThere = into !== undefined && length !== null && length >= expected.length;
    expect(found.buffer === into?.buffer).toBe(isThere);
  }
  expect(heard.length).toBe(3 * given.length);
});

test('makes memory of its own where there is too little room', async () => {
  const into = new Uint8Array(29);
  const found = await readBody(bodyOf(chunks(10, 20)), { length: 30, most, into });
  expect(found).toEqual(new Uint8Array(Buffer.concat(chunks(10, 20))));
  expect(into).toEqual(new Uint8Array(29));
});

test('leaves memory alone that a chunk shares with others', async () => {
  const shared = new Uint8Array(30).fill(7);
  const body = Readable.from([shared.subarray(0, 10), shared.subarray(10, 20)]);
  expect(await readBody(body, { length: 20, most })).toEqual(new Uint8Array(20).fill(7));
  expect(shared.length).toBe(30);
});

test.each([
  ['announced', 101, [1]],
  ['not announced', null, [60, 41, 60]],
  ['announced as less', 5, [60, 41, 60]],
])('does not read what is too large to its end (%s)', async (_, length, sizes) => {
  const body = bodyOf(chunks(...sizes));
  await expect(readBody(body, { length, most })).rejects.toMatchObject({ code: 'ETOOLARGE' });
  expect(body.destroyed).toBe(true);
});

test('rejects with what breaks the body off', async () => {
  const failure = new Error('the line is cut');
  const body = new Readable({ read: () => undefined });
  body.push(new Uint8Array(10));
  const reading = readBody(body, { length: 20, most });
  setImmediate(() => body.destroy(failure));
  await expect(reading).rejects.toBe(failure);
});
