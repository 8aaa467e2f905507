import { expect, it } from 'vitest';
import { crc64 } from '../src/crc64.ts';

it('is the CRC-64 that OSS gives', () => {
  expect(crc64(Buffer.from('123456789'))).toBe('11051210869376104954'); // CRC-64/XZ: 995dc9bbdf1939fa
  expect(crc64(new Uint8Array(0))).toBe('0');
  expect(crc64(new Uint8Array(1))).not.toBe(crc64(new Uint8Array(2)));
});
