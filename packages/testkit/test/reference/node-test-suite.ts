// Run by `node --test`: the suites with a runner that is not vitest.
import { describe, it } from 'node:test';
import { objectStoreSuite } from '../../src/index.ts';
import { openReferenceStore } from './object-store.ts';

objectStoreSuite({ describe, it, name: 'reference', open: ({ name }) => openReferenceStore(name) });
