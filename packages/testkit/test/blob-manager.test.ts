import { describe, it } from 'vitest';
import { blobManagerSuite } from '../src/index.ts';
import { corruptReferenceBlob, openReferenceBlob } from './reference/blob-manager.ts';

describe('the blob manager suite', () => {
  blobManagerSuite({ describe, it, name: 'reference', open: openReferenceBlob, corrupt: corruptReferenceBlob });
});
