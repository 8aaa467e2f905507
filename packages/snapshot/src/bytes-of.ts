const units: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
  TIB: 1024 ** 4,
};

/** What is said of what {@link bytesOf} does not take. */
export const expectedSize = 'expected a size such as 20 GB or 500 MiB, or a number of bytes';

/**
 * The number of bytes that a size in a configuration means: a number of bytes, or text such as `500 MB` or `10GiB`.
 * Null for what is no size.
 */
export function bytesOf(size: string | number): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(String(size).trim()) ?? [];
  const factor = units[unit.toUpperCase()];
  if (digits === undefined || factor === undefined) return null;
  const bytes = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(bytes) ? bytes : null;
}
