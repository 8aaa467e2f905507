import { AIFlowError } from '../errors.ts';
import { hintFor } from '../plugin/nearest.ts';

/** Refuses an option that is not known: passed over, a misspelt one would change what runs when. */
export function checkKeys(options: object, known: readonly string[], what: string): void {
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    throw new AIFlowError('define.unknown_option', `${what} has no option "${key}": ${hintFor(key, known)}`);
  }
}
