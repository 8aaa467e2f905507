import { randomBytes } from 'node:crypto';

const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * An id such as `20261120T162300-7kq2m8x4cd`: the time, then two digits of its milliseconds and 8 random ones (40
 * bits), in Crockford's base 32. Ids sort by time, to the millisecond, and are file names on every system.
 */
export function executionId(now: number): string {
  return newId(now, 8);
}

/** The same with 16 random digits (80 bits): an attempt's id also marks its processes, wherever they run. */
export function attemptId(now: number): string {
  return newId(now, 16);
}

function newId(now: number, random: number): string {
  const second = new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const millisecond = ((now % 1000) + 1000) % 1000;
  let id = `${second}-${digit(millisecond >> 5)}${digit(millisecond & 31)}`;
  for (const byte of randomBytes(random)) id += digit(byte & 31);
  return id;
}

function digit(value: number): string {
  return digits.charAt(value);
}
