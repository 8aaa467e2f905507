import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotProject } from '@aiflow/core';
import type { Bench } from './bench.ts';
import { commitAll, git } from './git.ts';
import { inTurn, median, timed } from './measure.ts';
import { writeManyFiles, writeProject } from './project-files.ts';
import { describeTime } from './report.ts';
import { openSubmission } from './submission.ts';

const goal = 4;

export const submit: Bench = {
  summary: 'submit a project that has not changed, beside git status',
  run: async (context) => {
    const { report, directory, scaled } = context;
    const files = scaled(20_000);
    const projectDir = join(directory, 'project');
    writeProject(projectDir, 1);
    writeManyFiles(projectDir, files);
    if (!commitAll(context, projectDir)) return;
    const stateDir = join(directory, 'state');
    const { project, submit } = await openSubmission(projectDir, stateDir);
    const first = await submit('bench'); // stores all of it, and makes the index
    const storedBefore = sizeOf(join(stateDir, 'snapshots'));

    const snapshot = (): Promise<unknown> =>
      snapshotProject({
        projectPath: projectDir,
        projectName: project.projectName,
        workflowName: 'bench',
        plugins: [],
        overlay: null,
        indexPath: join(stateDir, 'index'),
      });
    const times = await inTurn(scaled(11), {
      snapshot: () => timed(snapshot),
      store: async () => (await submit('bench')).store,
      git: () => timed(() => git(projectDir, 'status', '--porcelain')),
    });
    const sent = sizeOf(join(stateDir, 'snapshots')) - storedBefore;
    const status = median(times.git);
    const beside = `git status ${describeTime(status)}`;
    const ratio = median(times.snapshot) / status;
    report.measured({
      what: `walk and snapshot of ${files} files`,
      ours: describeTime(median(times.snapshot)),
      beside,
      ratio,
      goal: { text: `at most ${goal} ×`, met: ratio <= goal },
    });
    report.measured({
      what: 'the same with its upload',
      ours: `${describeTime(median(times.store))}, ${sent} bytes sent`,
      beside,
      ratio: median(times.store) / status,
      goal: { text: '0 bytes sent', met: sent === 0 },
    });
    report.note(`the first upload took ${describeTime(first.store)} and stored ${storedBefore} bytes`);
  },
};

/** The sum of the sizes of all files below a directory. */
function sizeOf(directory: string): number {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
