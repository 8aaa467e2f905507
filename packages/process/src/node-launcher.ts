import { launchChild } from './launch.ts';
import type { ProcessLauncher } from './launcher.ts';
import type { ProcessTable } from './process-table.ts';
import { createRecordLauncher } from './record-launcher.ts';
import { systemTable } from './system-table.ts';

export interface NodeLauncherOptions {
  /** What knows the system's processes: /proc on Linux and `ps` elsewhere, unless said. */
  readonly table?: ProcessTable;
}

/**
 * The launcher that needs nothing but Node and `/bin/sh`. It holds no resource but the children that it launched, and
 * these do not keep this process alive unless they are waited for. What it cannot promise: a descendant that leaves
 * the process group *and* clears its environment (`env -i setsid …`), or that overwrites the memory its environment began
 * in, cannot be told from a stranger and is not ended; the native launcher ends it.
 */
export function createNodeLauncher(options: NodeLauncherOptions = {}): ProcessLauncher {
  const table = options.table ?? systemTable();
  return createRecordLauncher({
    table,
    launch: async (spec) => {
      const child = await launchChild(spec, table);
      return { pid: child.pid, child };
    },
    adopt: async () => null,
  });
}
