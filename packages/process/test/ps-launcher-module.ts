import type { ProcessLauncher } from '../src/index.ts';
import { createNodeLauncher } from '../src/index.ts';
import { psTable } from '../src/ps-table.ts';

/** As on macOS, where the system's processes are known by ps. */
export function create(): ProcessLauncher {
  return createNodeLauncher({ table: psTable() });
}
