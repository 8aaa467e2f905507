import { AIFlowError } from '@aiflow/core';
import type { ObjectStore } from './object-store.ts';

/** For an object that the next upload finds to be damaged, and puts again. */
const repairedByUpload = 'submit the project again, which repairs it, or remove the snapshots that use it';
/** An upload compares only lengths of packs, so it does not find other damage. */
export const repairedByRemoval = 'remove the snapshots that use it, and submit again';

export function corrupt(
  store: ObjectStore,
  key: string,
  what: string,
  remedy: string = repairedByUpload,
): AIFlowError {
  return new AIFlowError(
    'blob.corrupt',
    `"${key}" in ${store.location} is not what was stored (${what}): ${remedy}`,
    { context: { location: store.location, key } },
  );
}
