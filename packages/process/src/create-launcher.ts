import { debuglog } from 'node:util';
import { isAIFlowError } from '@aiflow/core';
import { launchChild } from './launch.ts';
import { findLauncher } from './launcher-program.ts';
import type { ProcessLauncher } from './launcher.ts';
import { nativeWays } from './native-launcher.ts';
import { createNodeLauncher } from './node-launcher.ts';
import { createRecordLauncher } from './record-launcher.ts';
import { systemTable } from './system-table.ts';

const debug = debuglog('aiflow');

/**
 * The best launcher that there is here: the native one where its program is installed and can be started, and the one
 * of plain Node else (`NODE_DEBUG=aiflow` says why). Throws `process.no_launcher` when `AIFLOW_LAUNCHER` names no program.
 */
export function createLauncher(): ProcessLauncher {
  const found = findLauncher(process.env['AIFLOW_LAUNCHER']);
  if ('why' in found) {
    debug('processes are launched by Node: %s', found.why);
    return createNodeLauncher();
  }
  const table = systemTable();
  const native = nativeWays(table, found);
  let canStart = true;
  return createRecordLauncher({
    table,
    launch: async (spec) => {
      if (canStart) {
        try {
          return await native.launch(spec);
        } catch (error) {
          if (!isAIFlowError(error, 'process.no_launcher')) throw error;
          canStart = false;
          debug('processes are launched by Node: %s', error.message);
        }
      }
      const child = await launchChild(spec, table);
      return { pid: child.pid, child };
    },
    adopt: native.adopt,
  });
}
