import { declareSuite } from '../suite/runner.ts';
import { capabilityCases } from './cases/capabilities.ts';
import { listingCases } from './cases/listing.ts';
import { objectCases } from './cases/objects.ts';
import { openObjectStore } from './context.ts';
import type { ObjectStoreSuiteOptions } from './options.ts';

/**
 * What every `ObjectStore` must do: whole objects or none, lists without gaps, keys that cannot leave the root. Of the
 * optional methods those are tested that the store has.
 */
export function objectStoreSuite(options: ObjectStoreSuiteOptions): void {
  const cases = [...objectCases, ...listingCases, ...capabilityCases];
  declareSuite(options, { name: `object store ${options.name}`, options, cases, open: openObjectStore });
}
