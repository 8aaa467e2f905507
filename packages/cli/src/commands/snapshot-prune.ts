import { rmSync } from 'node:fs';
import type { BlobManager, Scheduler, SnapshotInfo } from '@aiflow/core';
import { AIFlowError, interpreterCache, isFinal, makeStateDirectory } from '@aiflow/core';
import type { Command } from '../command.ts';
import { projectOption } from '../command.ts';
import { executionsOf } from '../executions-of.ts';
import { exitCodes } from '../exit-codes.ts';
import { withHeldScheduler } from '../held-scheduler.ts';
import { describeSize } from '../output/size.ts';
import type { Session } from '../session.ts';
import { openBlob, openSession } from '../session.ts';

export const snapshotPrune: Command = {
  args: [],
  options: {
    project: projectOption,
    keep: { summary: 'how many snapshots of each workflow stay, last used first', value: 'N', default: '10' },
    'dry-run': { summary: 'only say what would be removed' },
  },
  details:
    'Removes snapshots of this project alone, and refuses while its scheduler runs. What a kept snapshot uses stays, and ' +
    'so does a snapshot that an execution uses which has not ended: the next "aiflow run" takes up what a killed one ' +
    'left. Schedulers on other machines, and who calls "aiflow worker run", are not asked.',
  execute: async ({ options, switches }) => {
    const keep = Number(options['keep']);
    if (!Number.isInteger(keep) || keep < 1) {
      throw new AIFlowError(
        'cli.invalid_option',
        `--keep must be a whole number from 1, not "${options['keep']}"`,
      );
    }
    const session = await openSession(options['project'] ?? '.');
    makeStateDirectory(session.project.stateDir);
    const { manager } = await openBlob(session);
    return withHeldScheduler(session, manager, { busy }, (scheduler) =>
      prune(session, manager, scheduler, { keep, dryRun: switches.has('dry-run') }),
    );
  },
};

const busy = {
  code: 'snapshot.in_use',
  cannot: 'snapshots cannot be removed',
  instead: 'wait until it has ended, then prune again',
};

async function prune(
  { project }: Session,
  blob: BlobManager,
  scheduler: Scheduler,
  { keep, dryRun }: { readonly keep: number; readonly dryRun: boolean },
): Promise<number> {
  const listed = await blob.listSnapshots();
  const own = listed.filter((snapshot) => snapshot.projectName === project.projectName);
  const old = beyond(own, keep);
  const inUse = await snapshotsInUse(scheduler, project.projectName, old);
  const doomed = old.filter((snapshot) => !inUse.has(snapshot.snapshotId));
  const kept = old.length - doomed.length;
  const note = kept === 0 ? '' : `; ${kept} kept for executions that have not ended`;
  if (dryRun) {
    process.stdout.write(`${doomed.length} snapshots would be removed${note}\n`);
    return exitCodes.ok;
  }
  // Who has uploaded one of them after the list was made is about to run it.
  const unusedSince = Math.max(0, ...listed.map((snapshot) => snapshot.createTime));
  const ids = doomed.map((snapshot) => snapshot.snapshotId);
  const freed = await blob.removeSnapshots(ids, { unusedSince });
  const left = new Set((await blob.listSnapshots()).map((snapshot) => snapshot.snapshotId));
  const removed = doomed.filter((snapshot) => !left.has(snapshot.snapshotId));
  for (const snapshot of removed) await blob.cleanupProject(snapshot.snapshotId, snapshot.uri);
  rmSync(interpreterCache(project.stateDir), { recursive: true, force: true });
  process.stdout.write(`${removed.length} snapshots removed, ${describeSize(freed)} freed${note}\n`);
  return exitCodes.ok;
}

/** Which of the snapshots executions use that have not ended. */
async function snapshotsInUse(
  scheduler: Scheduler,
  projectName: string,
  snapshots: readonly SnapshotInfo[],
): Promise<Set<string>> {
  const inUse = new Set<string>();
  for (const workflowName of new Set(snapshots.map((snapshot) => snapshot.workflowName))) {
    if (workflowName === null) continue;
    for (const { status, workflowInfo } of await executionsOf(scheduler, projectName, workflowName)) {
      if (!isFinal(status)) inUse.add(workflowInfo.snapshotId);
    }
  }
  return inUse;
}

/** The snapshots beyond the last used `keep` of each workflow; `snapshots` are in the order of their use. */
function beyond(snapshots: readonly SnapshotInfo[], keep: number): SnapshotInfo[] {
  const groups = Map.groupBy(snapshots, (snapshot) => snapshot.workflowName);
  return [...groups.values()].flatMap((group) => group.slice(keep));
}
