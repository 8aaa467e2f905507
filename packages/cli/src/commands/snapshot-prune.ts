import { rmSync } from 'node:fs';
import type { SnapshotInfo } from '@aiflow/core';
import { AIFlowError, interpreterCache } from '@aiflow/core';
import type { Command } from '../command.ts';
import { projectOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { describeSize } from '../output/size.ts';
import { openBlob, openSession } from '../session.ts';

export const snapshotPrune: Command = {
  args: [],
  options: {
    project: projectOption,
    keep: { summary: 'how many snapshots of each workflow stay, newest first', value: 'N', default: '10' },
    'dry-run': { summary: 'only say what would be removed' },
  },
  details:
    'What a kept snapshot uses stays. Let no workflow of the project run meanwhile that is older than those you keep.',
  execute: async ({ options, switches }) => {
    const keep = Number(options['keep']);
    if (!Number.isInteger(keep) || keep < 1) {
      throw new AIFlowError(
        'cli.invalid_option',
        `--keep must be a whole number from 1, not "${options['keep']}"`,
      );
    }
    const session = await openSession(options['project'] ?? '.');
    const { manager } = await openBlob(session);
    const old = beyond(await manager.listSnapshots(), keep);
    if (switches.has('dry-run')) {
      process.stdout.write(`${old.length} snapshots would be removed\n`);
      return exitCodes.ok;
    }
    const freed = await manager.removeSnapshots(old.map((snapshot) => snapshot.snapshotId));
    for (const snapshot of old) await manager.cleanupProject(snapshot.snapshotId, snapshot.uri);
    rmSync(interpreterCache(session.project.stateDir), { recursive: true, force: true });
    process.stdout.write(`${old.length} snapshots removed, ${describeSize(freed)} freed\n`);
    return exitCodes.ok;
  },
};

/** The snapshots beyond the newest `keep` of each workflow; `snapshots` are newest first. */
function beyond(snapshots: readonly SnapshotInfo[], keep: number): SnapshotInfo[] {
  const groups = Map.groupBy(snapshots, (snapshot) =>
    JSON.stringify([snapshot.projectName, snapshot.workflowName]),
  );
  return [...groups.values()].flatMap((group) => group.slice(keep));
}
