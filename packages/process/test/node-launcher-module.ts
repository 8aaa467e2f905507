import type { ProcessLauncher } from '../src/index.ts';
import { createNodeLauncher } from '../src/index.ts';

export function create(): ProcessLauncher {
  return createNodeLauncher();
}
