import type { JsonObject } from '../json.ts';
import { hintFor } from '../plugin/nearest.ts';

/** Takes a problem of a configuration file with the keys that lead to it; a key may hold dots. */
export type Report = (path: readonly string[], message: string) => void;

/** Reports the keys of a mapping that are not known, with the nearest that is. */
export function reportUnknown(
  value: JsonObject,
  known: readonly string[],
  path: readonly string[],
  report: Report,
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    report([...path, key], `"${[...path, key].join('.')}" is not a key here: ${hintFor(key, known)}`);
  }
}
