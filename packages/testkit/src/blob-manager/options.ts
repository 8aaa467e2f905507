import type { BlobManager } from '@aiflow/core';
import type { StorePlace } from '../suite/place.ts';
import type { TestRunner } from '../suite/runner.ts';

export interface BlobManagerSuiteOptions extends TestRunner {
  /** What the report calls it. */
  readonly name: string;
  /** Opens the store of a place, as the plugin's `create` does; called several times for one place. */
  readonly open: (place: StorePlace) => BlobManager | Promise<BlobManager>;
  /**
   * Changes bytes in every object that is stored at the place and leaves the sizes as they are. Without it the cases
   * on damage are skipped.
   */
  readonly corrupt?: (place: StorePlace) => Promise<void>;
  /** Removes a store that is not below `place.directory`. */
  readonly remove?: (place: StorePlace) => Promise<void>;
  /** How long one step may take, in milliseconds; 20,000 unless said. */
  readonly patience?: number;
}
