/** The polynomial of ECMA-182, bits reversed, as two halves: JavaScript's 64-bit integers are too slow for this. */
const polynomial = { high: 0xc96c5795, low: 0xd7870f42 };

/** What a byte makes of the rest, for each place that it may have among eight: 256 numbers for a place. */
const high = new Int32Array(8 * 256);
const low = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let [upper, lower] = [0, byte];
  for (let place = 0; place < 8; place += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const carries = lower & 1;
      lower = (lower >>> 1) | (upper << 31);
      upper >>>= 1;
      if (carries === 1) {
        upper ^= polynomial.high;
        lower ^= polynomial.low;
      }
    }
    high[place * 256 + byte] = upper;
    low[place * 256 + byte] = lower;
  }
}

/**
 * The checksum that OSS gives of each object in the header `x-oss-hash-crc64ecma`, as the decimal number that stands
 * there (CRC-64/XZ). Eight bytes at a time, each by a table of its own ("slicing by eight", Intel 2005).
 */
export function crc64(bytes: Uint8Array): string {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  let upper = -1;
  let lower = -1;
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    const a = lower ^ view.getInt32(at, true);
    const b = upper ^ view.getInt32(at + 4, true);
    lower = eight(low, a, b);
    upper = eight(high, a, b);
  }
  for (; at < length; at += 1) {
    const byte = (lower ^ view.getUint8(at)) & 0xff;
    lower = ((lower >>> 8) | (upper << 24)) ^ (low[byte] ?? 0);
    upper = (upper >>> 8) ^ (high[byte] ?? 0);
  }
  return ((BigInt(~upper >>> 0) << 32n) | BigInt(~lower >>> 0)).toString();
}

function eight(table: Int32Array, a: number, b: number): number {
  return (
    (table[1792 | (a & 0xff)] ?? 0) ^
    (table[1536 | ((a >>> 8) & 0xff)] ?? 0) ^
    (table[1280 | ((a >>> 16) & 0xff)] ?? 0) ^
    (table[1024 | (a >>> 24)] ?? 0) ^
    (table[768 | (b & 0xff)] ?? 0) ^
    (table[512 | ((b >>> 8) & 0xff)] ?? 0) ^
    (table[256 | ((b >>> 16) & 0xff)] ?? 0) ^
    (table[b >>> 24] ?? 0)
  );
}
