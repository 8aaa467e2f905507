import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { PluginHost } from '@aiflow/core';
import type { TestHost } from '../host/test-host.ts';
import { createTestHost } from '../host/test-host.ts';

/** Where a case's store lies. The same place opened again must show what was stored, as after a restart. */
export interface StorePlace {
  /** Unique to the case, of lower-case letters, digits and `-`: a prefix or a bucket for a store that is elsewhere. */
  readonly name: string;
  /** An empty directory for a store of files; it is removed with all that is in it when the case ends. */
  readonly directory: string;
  /** The machine that the store is opened from; local copies belong below its `stateDir`. */
  readonly host: PluginHost;
}

/** One store, seen from as many machines as a case needs, and room for the files that the case makes. */
export class Places {
  readonly name: string = `case-${randomUUID()}`;
  readonly #base: TestHost;
  #made = 0;

  constructor(base: TestHost) {
    this.#base = base;
    mkdirSync(this.directory);
  }

  get directory(): string {
    return join(this.#base.stateDir, 'store');
  }

  /** The store's place as the machine of this number has it; the same number is the same machine. */
  async at(machine: number = 1): Promise<StorePlace> {
    const stateDir = join(this.#base.stateDir, `machine-${machine}`);
    mkdirSync(stateDir, { recursive: true });
    return { name: this.name, directory: this.directory, host: await createTestHost({ stateDir }) };
  }

  /** A path where nothing is. */
  fresh(label: string): string {
    this.#made += 1;
    return join(this.#base.stateDir, `${label}-${this.#made}`);
  }

  async dispose(): Promise<void> {
    await this.#base.dispose();
  }
}

export async function createPlaces(): Promise<Places> {
  return new Places(await createTestHost());
}
