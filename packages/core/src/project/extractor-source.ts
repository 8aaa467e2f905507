import { abortable } from '../abort.ts';
import type { ExtractorSource } from '../plugin/kinds.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import type { ExtractorPlace } from './extractor-thread.ts';
import { createContextExtractor } from './load-context-extractor.ts';

export interface ExtractorSourceOptions extends Omit<ExtractorPlace, 'projectDir'> {
  readonly blob: BlobManager;
}

/**
 * What a scheduler gets as `host.contextExtractor`: runs the extractor of a workflow on the snapshot that the workflow
 * was submitted with, whatever has become of the project since. Rejects with what `downloadProject` does.
 */
export function createExtractorSource({ blob, ...place }: ExtractorSourceOptions): ExtractorSource {
  return async ({ contextExtractor }, { snapshotId, uri }, { signal } = {}) => {
    signal?.throwIfAborted();
    const fetching = blob.downloadProject(snapshotId, uri, undefined, signal === undefined ? {} : { signal });
    const projectDir = await abortable(fetching, signal);
    return createContextExtractor(contextExtractor, { ...place, projectDir });
  };
}
