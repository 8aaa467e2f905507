import { expect, it } from 'vitest';
import { crc64 } from '../src/crc64.ts';

it('is the CRC-64 that OSS gives', () => {
  expect(crc64(Buffer.from('123456789'))).toBe('11051210869376104954'); // CRC-64/XZ: 995dc9bbdf1939fa
  expect(crc64(new Uint8Array(0))).toBe('0');
});

it('is the same as by the definition, bit by bit, whatever the length and wherever the bytes begin', () => {
  const whole = Buffer.from(Array.from({ length: 100 }, (_, index) => (index * 89 + 7) & 0xff));
  for (let start = 0; start < 9; start += 1) {
    for (let end = start; end <= start + 40; end += 1) {
      const bytes = whole.subarray(start, end);
      expect(crc64(bytes)).toBe(bitByBit(bytes).toString());
    }
  }
});

function bitByBit(bytes: Uint8Array): bigint {
  const all = (1n << 64n) - 1n;
  let rest = all;
  for (const byte of bytes) {
    rest ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) rest = rest & 1n ? (rest >> 1n) ^ 0xc96c5795d7870f42n : rest >> 1n;
  }
  return rest ^ all;
}
