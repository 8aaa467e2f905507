import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { projectOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { findSnapshot } from '../find-snapshot.ts';
import { openBlob, openSession } from '../session.ts';

export const snapshotGet: Command = {
  args: ['SNAPSHOT', 'DIR'],
  options: { project: projectOption },
  details: 'DIR must not exist yet. SNAPSHOT is an id, or the first of its characters (at least four).',
  execute: async ({ positionals: [prefix = '', directory = ''], options }) => {
    const { manager } = await openBlob(await openSession(options['project'] ?? '.'));
    const snapshot = await findSnapshot(manager, prefix);
    const path = await manager.downloadProject(snapshot.snapshotId, snapshot.uri, resolve(directory));
    process.stdout.write(`${path}\n`);
    return exitCodes.ok;
  },
};
