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

/** A machine that was too busy for its program to answer is not so for ever. */
const tryAgainMs = 60_000;

/**
 * The best launcher that there is here: the native one where its program is installed and can be started, and the one
 * of plain Node else (`NODE_DEBUG=aiflow` says why). What could not be started is tried again after a minute. Throws
 * `process.no_launcher` when `AIFLOW_LAUNCHER` names no program.
 */
export function createLauncher(): ProcessLauncher {
  const found = findLauncher(process.env['AIFLOW_LAUNCHER']);
  if ('why' in found) {
    debug('processes are launched by Node: %s', found.why);
    return createNodeLauncher();
  }
  const table = systemTable();
  const native = nativeWays(table, found);
  let tryAt = 0;
  return createRecordLauncher({
    table,
    launch: async (spec) => {
      if (performance.now() >= tryAt) {
        try {
          return await native.launch(spec);
        } catch (error) {
          if (!isAIFlowError(error, 'process.no_launcher')) throw error;
          tryAt = performance.now() + tryAgainMs;
          debug('processes are launched by Node: %s', error.message);
        }
      }
      const child = await launchChild(spec, table);
      return { pid: child.pid, child };
    },
    adopt: native.adopt,
  });
}
