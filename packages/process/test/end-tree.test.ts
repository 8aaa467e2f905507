import { expect, test } from 'vitest';
import { endTree } from '../src/end-tree.ts';
import type { LiveProcess, ProcessTable } from '../src/process-table.ts';

test('something that refuses to die is a loud error that names it', async () => {
  // A number that no process can have (the most is 2^22), so that signals go nowhere.
  const stubborn: LiveProcess = { pid: 4_194_305, group: 4_194_304, startTicks: '1', parent: 1, image: '' };
  const table: ProcessTable = {
    bootId: () => 'boot',
    look: () => stubborn,
    holds: () => true,
    members: () => [stubborn],
    descendants: () => [],
    mayHaveWrapped: () => false,
  };
  const tree = { group: null, keeper: null, members: () => [stubborn] };
  const ending = endTree(table, tree, { graceMs: 10, killMs: 20 });
  await expect(ending).rejects.toMatchObject({ code: 'process.survivors', context: { pids: [4_194_305] } });
});
