import { join } from 'node:path';
import type { BlobManager, Project, ProjectContext, Workflow } from '@aiflow/core';
import {
  buildWorkflow,
  createBlobManager,
  environmentSecrets,
  loadPlugins,
  makeStateDirectory,
  openProject,
  silentLogger,
  storeProject,
  systemClock,
  withOverlay,
} from '@aiflow/core';
import { commandLine } from './command-line.ts';

const commandDir = join(commandLine, '..', '..');

/** The steps by which `aiflow run` submits, each on its own. */
export interface Submission {
  readonly project: Project;
  /** Defines, compiles and stores, as every submit does. */
  readonly submit: (workflowName: string) => Promise<SubmitTimes>;
}

/** In milliseconds. */
interface SubmitTimes {
  readonly build: number;
  readonly store: number;
  readonly context: ProjectContext;
}

/** Opens a project with its plugins loaded. State goes to `stateDir`. */
export async function openSubmission(projectDir: string, stateDir: string): Promise<Submission> {
  const project = await openProject(projectDir, { AIFLOW_HOME: stateDir });
  makeStateDirectory(stateDir);
  const needs = [{ kind: 'blob', className: project.blob.className }] as const;
  const [name = ''] = await loadPlugins(needs, { projectDir: project.projectDir, plugins: [], commandDir });
  const host = { logger: silentLogger, clock: systemClock, secrets: environmentSecrets({}), stateDir };
  const manager: BlobManager = await createBlobManager(project, name, host);
  return {
    project,
    submit: (workflowName) =>
      withOverlay(stateDir, async (overlay) => {
        const began = performance.now();
        const workflow: Workflow = await buildWorkflow(project, workflowName, overlay, { commandDir });
        const built = performance.now();
        const context = await storeProject(project, workflow, overlay, { name, manager });
        return { build: built - began, store: performance.now() - built, context };
      }),
  };
}
