import { toWire } from '@aiflow/core';
import type { Command } from '../command.ts';
import { outputOption, projectOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { findSnapshot } from '../find-snapshot.ts';
import { describeSize } from '../output/size.ts';
import { table } from '../output/table.ts';
import { openBlob, openSession } from '../session.ts';

export const snapshotShow: Command = {
  args: ['SNAPSHOT'],
  options: { project: projectOption, output: outputOption },
  details: 'SNAPSHOT is an id, or the first of its characters (at least four).',
  execute: async ({ positionals: [prefix = ''], options }) => {
    const { manager } = await openBlob(await openSession(options['project'] ?? '.'));
    const snapshot = await findSnapshot(manager, prefix);
    const manifest = await manager.readManifest(snapshot.snapshotId, snapshot.uri);
    if (options['output'] === 'json') {
      process.stdout.write(`${JSON.stringify(toWire({ ...snapshot, manifest }), null, 2)}\n`);
      return exitCodes.ok;
    }
    const plugins = manifest.plugins.map((plugin) => `${plugin.package}@${plugin.version}`);
    const rows = manifest.entries.map((entry) => {
      switch (entry.type) {
        case 'file':
          return [
            entry.executable ? 'x' : '-',
            describeSize(entry.size),
            entry.sha256.slice(0, 12),
            entry.path,
          ];
        case 'link':
          return ['l', '', '', `${entry.path} -> ${entry.target}`];
        case 'directory':
          return ['d', '', '', `${entry.path}/`];
      }
    });
    process.stdout.write(
      `snapshot ${snapshot.snapshotId}\nstored in ${snapshot.uri}\nplugins  ${plugins.join(', ')}\n\n`,
    );
    process.stdout.write(table(['', 'SIZE', 'SHA-256', 'PATH'], rows));
    return exitCodes.ok;
  },
};
