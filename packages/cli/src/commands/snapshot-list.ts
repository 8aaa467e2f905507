import { toWire } from '@aiflow/core';
import type { Command } from '../command.ts';
import { outputOption, projectOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { describeSize } from '../output/size.ts';
import { table } from '../output/table.ts';
import { openBlob, openSession } from '../session.ts';

export const snapshotList: Command = {
  args: [],
  options: { project: projectOption, output: outputOption },
  execute: async ({ options }) => {
    const { manager } = await openBlob(await openSession(options['project'] ?? '.'));
    const snapshots = await manager.listSnapshots();
    if (options['output'] === 'json') {
      process.stdout.write(`${JSON.stringify(toWire(snapshots), null, 2)}\n`);
      return exitCodes.ok;
    }
    const rows = snapshots.map((snapshot) => [
      snapshot.snapshotId.slice(0, 12),
      snapshot.projectName,
      snapshot.workflowName ?? '',
      String(snapshot.files),
      describeSize(snapshot.size),
      new Date(snapshot.createTime).toISOString(),
    ]);
    process.stdout.write(table(['SNAPSHOT', 'PROJECT', 'WORKFLOW', 'FILES', 'SIZE', 'LAST USED'], rows));
    return exitCodes.ok;
  },
};
