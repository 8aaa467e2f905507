import { AIFlowError } from '@aiflow/core';
import { currentHolder, isAlive, parseHolder } from './holder.ts';
import { leasesPrefix } from './keys.ts';
import type { ObjectStore } from './object-store.ts';

/*
 * Uploads rely on objects that are there already, and pruning removes objects that no manifest names: neither may
 * happen beside the other. Each first puts a lease and then looks for leases of the other kind. A store shows what
 * was put before, so of two that start together at least one sees the other: an upload waits, pruning gives up.
 * Uploads do not disturb each other.
 */
export type LeaseKind = 'upload' | 'prune';

/** How often a lease is renewed, and how old it may get, by the store's clock, before its holder counts as dead. */
const renewal = 60_000;
const lifetime = 5 * renewal;
/** How often it is tried to remove one. */
const tries = 4;

export interface Lease {
  /** Whether others who are alive hold leases of this kind. Removes those of the dead. */
  isOpposedBy(kind: LeaseKind, signal?: AbortSignal): Promise<boolean>;
  /** Throws `blob.lease_lost` when others may take us for dead, as after the machine was suspended. */
  confirm(signal?: AbortSignal): Promise<void>;
  /** Lets go, and never throws. A second call does nothing. */
  release(): Promise<void>;
}

export async function takeLease(store: ObjectStore, kind: LeaseKind, signal?: AbortSignal): Promise<Lease> {
  const holder = currentHolder();
  const key = `${leasesPrefix}${kind}-${holder.token}`;
  const body = new TextEncoder().encode(JSON.stringify(holder));
  try {
    await store.put(key, body, { signal });
  } catch (error) {
    await letGo(store, key); // it may be there all the same
    throw error;
  }
  let renewed = performance.now();
  let held = true;
  const renew = async (): Promise<void> => {
    const began = performance.now();
    if (!held || (await store.head(key)) === null) return;
    await store.put(key, body);
    renewed = began;
    if (!held) await store.delete(key); // it was let go of meanwhile
  };
  // What goes wrong in a renewal shows when it is next confirmed.
  const timer = setInterval(() => void renew().catch(() => undefined), renewal);
  timer.unref();
  return {
    isOpposedBy: async (other, callSignal) => await isOpposed(store, key, other, callSignal),
    confirm: async (callSignal) => {
      const age = performance.now() - renewed;
      if (age < lifetime - renewal && (await store.head(key, { signal: callSignal })) !== null) return;
      throw new AIFlowError(
        'blob.lease_lost',
        `the work at ${store.location} stood still for ${Math.round(age / 1000)} s, and others may have gone on without it: start it again`,
        { context: { location: store.location } },
      );
    },
    release: async () => {
      clearInterval(timer);
      const wasHeld = held;
      held = false;
      if (wasHeld) await letGo(store, key);
    },
  };
}

/** One that cannot be removed dies of its age, which keeps others waiting, and must not hide how the work ended. */
async function letGo(store: ObjectStore, key: string): Promise<void> {
  for (let left = tries; left > 0; left -= 1) {
    try {
      await store.delete(key);
      return;
    } catch {
      // Tried again, with an end.
    }
  }
}

async function isOpposed(
  store: ObjectStore,
  ownKey: string,
  kind: LeaseKind,
  signal?: AbortSignal,
): Promise<boolean> {
  // The newest time there is stands for the store's present: our own lease is among them, and is young.
  let now = 0;
  const others: { readonly key: string; readonly modifiedTime: number }[] = [];
  for await (const { key, modifiedTime } of store.list(leasesPrefix, { signal })) {
    now = Math.max(now, modifiedTime);
    if (key !== ownKey && key.startsWith(`${leasesPrefix}${kind}-`)) others.push({ key, modifiedTime });
  }
  let opposed = false;
  for (const { key, modifiedTime } of others) {
    const bytes = await store.get(key, { signal });
    const holder = bytes === null ? null : parseHolder(new TextDecoder().decode(bytes));
    const gone = bytes === null || (holder !== null && isAlive(holder) === false);
    if (gone || now - modifiedTime > lifetime) await store.delete(key, { signal });
    else opposed = true;
  }
  return opposed;
}
