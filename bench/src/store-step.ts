import { join } from 'node:path';
// One step of a bench in a process of its own: `upload PROJECT STATE [TIMES]` or `download PROJECT STATE ID URI
// DIRECTORY`. Prints what came of it as JSON, with the milliseconds of the step alone.
import type { BlobManager, Project } from '@aiflow/core';
import {
  createBlobManager,
  environmentSecrets,
  loadPlugins,
  makeStateDirectory,
  openProject,
  silentLogger,
  snapshotProject,
  systemClock,
} from '@aiflow/core';

/** What a step prints. */
export interface StepResult {
  /** The last time. */
  readonly milliseconds: number;
  /** Every time. */
  readonly all: readonly number[];
  readonly snapshotId: string;
  readonly uri: string;
}

type Done = Pick<StepResult, 'snapshotId' | 'uri'>;

const [action = '', projectDir = '', stateDir = '', ...rest] = process.argv.slice(2);
const project = await openProject(projectDir, { AIFLOW_HOME: stateDir });
makeStateDirectory(stateDir);
const manager = await open(project);
const all: number[] = [];
const timed = async (step: () => Promise<Done>): Promise<Done> => {
  const began = performance.now();
  const found = await step();
  all.push(performance.now() - began);
  return found;
};
let done = await timed(action === 'upload' ? upload : download);
for (let left = action === 'upload' ? Number(rest[0] ?? 1) : 1; left > 1; left -= 1)
  done = await timed(upload);
console.log(JSON.stringify({ milliseconds: all.at(-1) ?? 0, all, ...done } satisfies StepResult));

async function open({ projectDir: directory, blob }: Project): Promise<BlobManager> {
  const commandDir = import.meta.dirname;
  const needs = [{ kind: 'blob', className: blob.className }] as const;
  const [name = ''] = await loadPlugins(needs, { projectDir: directory, plugins: [], commandDir });
  const secrets = environmentSecrets(process.env);
  return await createBlobManager(project, name, {
    logger: silentLogger,
    clock: systemClock,
    secrets,
    stateDir,
  });
}

async function upload(): Promise<Done> {
  const { snapshotId, manifest } = await snapshotProject({
    projectPath: projectDir,
    projectName: project.projectName,
    workflowName: null,
    plugins: [],
    overlay: null,
    indexPath: join(stateDir, 'index'),
  });
  const uri = await manager.uploadProject(snapshotId, projectDir, { manifest });
  return { snapshotId, uri };
}

async function download(): Promise<Done> {
  const [snapshotId = '', uri = '', directory = ''] = rest;
  await manager.downloadProject(snapshotId, uri, directory);
  return { snapshotId, uri };
}
