import { abortable } from '../abort.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import type { Attempt } from './runner.ts';

interface Fetch {
  readonly projectDir: Promise<string>;
  readonly aborting: AbortController;
  /** How many wait for it. */
  waiting: number;
}

/**
 * Fetches a snapshot once for all attempts that ask for it; a fetch that failed is tried again by the next. A signal
 * ends one attempt's waiting, with its reason; the fetch itself is broken off when nobody waits for it any more.
 */
export function sharedFetch(
  blob: BlobManager,
): (attempt: Attempt, signal: AbortSignal | undefined) => Promise<string> {
  const fetches = new Map<string, Fetch>();
  return async ({ snapshotId, snapshotUri }, signal) => {
    signal?.throwIfAborted();
    const fetch = fetches.get(snapshotId) ?? begin(blob, snapshotId, snapshotUri);
    fetches.set(snapshotId, fetch);
    const forget = (): void => {
      if (fetches.get(snapshotId) === fetch) fetches.delete(snapshotId);
    };
    fetch.projectDir.catch(forget);
    fetch.waiting += 1;
    try {
      return await abortable(fetch.projectDir, signal);
    } finally {
      fetch.waiting -= 1;
      if (signal?.aborted === true && fetch.waiting === 0) {
        forget();
        fetch.aborting.abort(signal.reason);
      }
    }
  };
}

function begin(blob: BlobManager, snapshotId: string, uri: string): Fetch {
  const aborting = new AbortController();
  const projectDir = blob.downloadProject(snapshotId, uri, undefined, { signal: aborting.signal });
  return { projectDir, aborting, waiting: 0 };
}
