import { declareSuite } from '../suite/runner.ts';
import { downloadCases } from './cases/download.ts';
import { integrityCases } from './cases/integrity.ts';
import { roundTripCases } from './cases/round-trip.ts';
import { storeCases } from './cases/store.ts';
import { openBlobManager } from './context.ts';
import type { BlobManagerSuiteOptions } from './options.ts';

/** What every blob manager must do: whole snapshots or none, checked, shared, read-only, and no way out of the root. */
export function blobManagerSuite(options: BlobManagerSuiteOptions): void {
  const cases = [...roundTripCases, ...downloadCases, ...integrityCases, ...storeCases];
  declareSuite(options, { name: `blob manager ${options.name}`, options, cases, open: openBlobManager });
}
