import type { OssServer } from '@aiflow-private/oss-server';
import { silentLogger, systemClock } from '@aiflow/core';
import type { OssBlobManagerOptions } from '../src/options.ts';
import type { StoreHost } from '../src/store.ts';
import { OssObjectStore } from '../src/store.ts';
import { optionsFor } from './bucket.ts';

export interface TestStore {
  readonly store: OssObjectStore;
  /** How long the store paused before each further try, in milliseconds. */
  readonly pauses: number[];
  readonly warnings: string[];
}

/** A store on a server of ours whose pauses between tries take no time. */
export function openStore(server: OssServer, more: Partial<OssBlobManagerOptions> = {}): TestStore {
  const pauses: number[] = [];
  const warnings: string[] = [];
  const sleep: StoreHost['clock']['sleep'] = async (milliseconds, { signal } = {}) => {
    signal?.throwIfAborted();
    pauses.push(milliseconds);
    await Promise.resolve();
  };
  const host: StoreHost = {
    clock: { ...systemClock, sleep },
    logger: { ...silentLogger, warn: (message) => void warnings.push(message) },
  };
  return { store: new OssObjectStore({ ...optionsFor(server), ...more }, host), pauses, warnings };
}
