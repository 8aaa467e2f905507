/** The polynomial of ECMA-182, bits reversed, as two halves: JavaScript's 64-bit integers are too slow for this. */
const polynomial = { high: 0xc96c5795, low: 0xd7870f42 };

const high = new Int32Array(256);
const low = new Int32Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  let [upper, lower] = [0, byte];
  for (let bit = 0; bit < 8; bit += 1) {
    const carries = lower & 1;
    lower = (lower >>> 1) | (upper << 31);
    upper >>>= 1;
    if (carries === 1) {
      upper ^= polynomial.high;
      lower ^= polynomial.low;
    }
  }
  high[byte] = upper;
  low[byte] = lower;
}

/**
 * The checksum that OSS gives of each object in the header `x-oss-hash-crc64ecma`, as the decimal number that stands
 * there (CRC-64/XZ).
 */
export function crc64(bytes: Uint8Array): string {
  let upper = -1;
  let lower = -1;
  for (const byte of bytes) {
    const at = (lower ^ byte) & 0xff;
    lower = ((lower >>> 8) | (upper << 24)) ^ (low[at] ?? 0);
    upper = (upper >>> 8) ^ (high[at] ?? 0);
  }
  return ((BigInt(~upper >>> 0) << 32n) | BigInt(~lower >>> 0)).toString();
}
