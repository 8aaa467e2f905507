import { rmSync } from 'node:fs';
import { beginningOf, untilWritten } from './beginning.ts';
import { launchFailed } from './check-spec.ts';
import type { LaunchedChild } from './launched-child.ts';
import { LauncherConnection } from './launcher-connection.ts';
import { LauncherConnections } from './launcher-connections.ts';
import { ownSocketPath } from './launcher-socket.ts';
import type { ProcessLauncher, ProcessSpec } from './launcher.ts';
import type { Launched } from './native-launch.ts';
import { launchBy, requestBody } from './native-launch.ts';
import type { ProcessTable } from './process-table.ts';
import type { RecordLauncherOptions } from './record-launcher.ts';
import { createRecordLauncher } from './record-launcher.ts';
import { never, readBegun } from './records.ts';
import { startLauncher } from './start-launcher.ts';
import { systemTable } from './system-table.ts';
import { watchedChild } from './watched-child.ts';

export interface NativeLauncherOptions {
  /** The path of the program. */
  readonly program: string;
  /** Where its launcher listens, in a directory of this user alone; a place of this process unless said. */
  readonly socketPath?: string;
}

/** Whoever kills keepers so often, such as a machine without memory, would do it again. */
const mostLosses = 10;

/** Of this process: launchers that mean the same socket share its connection, however many are created. */
const own = new LauncherConnections();
/** To the launchers of other processes; closed when nobody waits for what they launched. */
const others = new LauncherConnections();

/**
 * The launcher that has a program of its own for what Node is slow at; see the README. The program is started when it
 * is first needed, and ends by itself. A launch is rejected with `process.no_launcher`, and leaves nothing, when it
 * cannot be started.
 */
export function createNativeLauncher(options: NativeLauncherOptions): ProcessLauncher {
  const table = systemTable();
  return createRecordLauncher({ table, ...nativeWays(table, options) });
}

/** How processes are launched by the program, and how to hear of those that it launched for others. */
export function nativeWays(
  table: ProcessTable,
  { program, socketPath }: NativeLauncherOptions,
): Pick<RecordLauncherOptions, 'launch' | 'adopt'> {
  let path = socketPath;

  async function launch(spec: ProcessSpec): Promise<Launched> {
    const body = requestBody(spec);
    const at = (path ??= ownSocketPath(table, program));
    for (let losses = 0; losses < mostLosses; losses += 1) {
      const launcher = await own.get(at, () => startLauncher(program, at));
      const launched = (await launchBy(launcher, spec, body)) ?? (await afterLoss(spec));
      if (launched !== null) return launched;
    }
    rmSync(spec.recordDir, { recursive: true, force: true }); // it holds that nothing has begun, or nothing
    throw launchFailed(spec, 'ECHILD', `it was killed ${mostLosses} times before it could begin`);
  }

  return {
    launch,
    adopt: async ({ launcher, pid }) => {
      if (launcher === null) return null;
      try {
        const open = (): Promise<LauncherConnection> => LauncherConnection.open(launcher, { isShared: true });
        return await watch((await own.find(launcher)) ?? (await others.get(launcher, open)), pid);
      } catch {
        return null; // It is gone, or speaks another protocol: the records tell all that is needed.
      }
    },
  };
}

/** The launcher or the keeper was killed: that has begun, or, when this gives null, never will. Then another can try. */
async function afterLoss({ recordDir }: ProcessSpec): Promise<Launched | null> {
  if (beginningOf(recordDir) === 'unreadable') await untilWritten(recordDir);
  const begun = readBegun(recordDir);
  return begun === never || begun === null ? null : { pid: begun, child: null };
}

/** Null when that launcher does not know the keeper. */
async function watch(launcher: LauncherConnection, keeper: number): Promise<LaunchedChild | null> {
  const child = watchedChild(launcher, keeper);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  launcher.hold();
  launcher.watch(keeper, (answer) => {
    if (answer?.kind === 'watching') return resolve(answer.value === 1);
    child.hear(answer);
    resolve(false); // Of importance only when the launcher was gone before it answered.
  });
  const isWatched = await promise;
  launcher.release();
  return isWatched ? child : null;
}
