const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes as people say it: `0 B`, `12.5 KiB`. */
export function describeSize(bytes: number): string {
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${step === 0 ? bytes : (bytes / 1024 ** step).toFixed(1)} ${units[step] ?? ''}`;
}
