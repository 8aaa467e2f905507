import { randomUUID } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { compileWorkflow, versionOf } from '../compile/compile.ts';
import { serializeWorkflow } from '../compile/serialize.ts';
import type { Workflow } from '../compile/workflow.ts';
import { AIFlowError, errorCode, isAIFlowError, messageOf } from '../errors.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { getPlugin, globalRegistry } from '../plugin/registry.ts';
import type { ProjectContext } from '../schedule/scheduler.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import { ignoreFile } from '../snapshot/ignore.ts';
import { isLeftOut } from '../snapshot/left-out.ts';
import { generatedDirectory, generatedJobs } from '../snapshot/manifest.ts';
import { snapshotProject } from '../snapshot/snapshot.ts';
import { findModule } from './extractor-module.ts';
import { placingFaults, tellingToo } from './fault-place.ts';
import { findDefinition } from './layout.ts';
import { loadContextExtractor } from './load-context-extractor.ts';
import { loadDefinition } from './load-definition.ts';
import { loadJobPlugins } from './load-job-plugins.ts';
import { makeDirectories } from './make-directories.ts';
import type { Project } from './project-file.ts';
import { findSettings } from './settings.ts';

export interface BuildOptions {
  readonly commandDir?: string | undefined;
  /** Takes what the definition prints. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly registry?: PluginRegistry;
}

/** The name of the compiled workflow's file, below `generated/<workflow>/` of a snapshot. */
export const workflowFileName = 'workflow.json';

/**
 * Defines and compiles a workflow of a project, with the plugins that it needs; generators write below
 * `<overlay>/generated/<workflow>/jobs/`. The file of a context extractor is loaded once, to see that it can be. What
 * is wrong with the definition is told as a problem of its file.
 */
export async function buildWorkflow(
  project: Project,
  workflowName: string,
  overlay: string,
  options: BuildOptions = {},
): Promise<Workflow> {
  const file = findDefinition(project.projectDir, workflowName);
  return placingFaults(file, () => drawAndCompile(project, workflowName, overlay, options));
}

async function drawAndCompile(
  project: Project,
  workflowName: string,
  overlay: string,
  options: BuildOptions,
): Promise<Workflow> {
  const { projectDir, projectName, plugins } = project;
  const { registry = globalRegistry(), commandDir, onOutput, signal } = options;
  const graph = await loadDefinition({
    projectDir,
    workflowName,
    commandDir,
    signal,
    ...(onOutput && { onOutput }),
  });
  if (graph.contextExtractor?.kind === 'module') {
    const extractor = graph.contextExtractor;
    checkTaken(projectDir, extractor.module);
    // Only to see that it can be: a scheduler loads it again, from the snapshot.
    const loaded = await loadContextExtractor({
      extractor,
      projectDir,
      commandDir,
      signal,
      ...(onOutput && { onOutput }),
    });
    await loaded.close();
  }
  const { settings, problems } = await findSettings(projectDir, workflowName);
  const from = { projectDir, plugins, commandDir, registry };
  await tellingToo(problems, () => loadJobPlugins(graph, settings, from));
  const resourceDir = join(overlay, generatedJobs(workflowName));
  return compileWorkflow(graph, { resourceDir, projectDir, projectName, settings, problems, registry });
}

/** Throws `context.left_out` for a file that would not be there where a scheduler looks for it. */
function checkTaken(projectDir: string, module: string): void {
  const real = relative(projectDir, findModule(projectDir, module)).replaceAll(sep, '/');
  const out = [module, real].find((path) => isLeftOut(projectDir, path));
  if (out === undefined) return;
  throw new AIFlowError(
    'context.left_out',
    `context extractor ${out} is left out of snapshots, where a scheduler looks for it: take it back in by a line ` +
      `"!" in ${ignoreFile}, or move it to where nothing is left out`,
    { context: { module: out } },
  );
}

/**
 * Stores the project together with the workflow that was built from it, and gives what a scheduler must know of it.
 * `blobName` is the short name of the blob manager's plugin, which the snapshot remembers.
 */
export async function storeProject(
  project: Project,
  workflow: Workflow,
  overlay: string,
  blob: { readonly name: string; readonly manager: BlobManager },
  options: BuildOptions = {},
): Promise<ProjectContext> {
  const { projectDir, projectName, stateDir } = project;
  const { registry = globalRegistry(), signal } = options;
  makeStateDirectory(stateDir);
  const generated = join(overlay, generatedDirectory, workflow.workflowName);
  mkdirSync(generated, { recursive: true });
  writeFileSync(join(generated, workflowFileName), serializeWorkflow(workflow));
  const plugins = [...workflow.plugins, versionOf(getPlugin('blob', blob.name, registry))];
  const { snapshotId, manifest } = await snapshotProject({
    projectPath: projectDir,
    projectName,
    workflowName: workflow.workflowName,
    plugins,
    overlay,
    leaveOut: [stateDir],
    indexPath: join(stateDir, 'index'),
    blob: blob.manager,
    ...(signal && { signal }),
  });
  const uri = await blob.manager.uploadProject(snapshotId, projectDir, {
    manifest,
    overlay,
    ...(signal && { signal }),
  });
  return { projectName, snapshotId, uri };
}

/**
 * Makes the state directory of a project; a new one gets a note that keeps it out of git. Throws `state.unwritable`,
 * with the system's reason, when it cannot be written (read-only, full, or a file in its place).
 */
export function makeStateDirectory(stateDir: string): void {
  guardState(stateDir, () => {
    // One that a person had before may have a note of its own.
    if (makeDirectories(stateDir)) writeFileSync(join(stateDir, '.gitignore'), '*\n');
    accessSync(stateDir, constants.W_OK);
  });
}

/**
 * Calls `use` with the path of a directory for what is generated, which is not there yet, and removes it afterwards,
 * whatever happens. Those that a killed process left are removed as well.
 */
export async function withOverlay<T>(stateDir: string, use: (overlay: string) => Promise<T>): Promise<T> {
  const parent = join(stateDir, 'tmp');
  for (const name of leftBehind(parent)) rmSync(join(parent, name), { recursive: true, force: true });
  const overlay = join(parent, `overlay-${process.pid}-${randomUUID()}`);
  try {
    return await use(overlay);
  } catch (error) {
    throw errorCode(error) === 'ENOSPC' && !isAIFlowError(error) ? unwritable(stateDir, error) : error;
  } finally {
    rmSync(overlay, { recursive: true, force: true });
  }
}

/** The names of overlays whose process is no more. */
function leftBehind(parent: string): string[] {
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
  return names.filter((name) => {
    const pid = Number(/^overlay-(\d+)-/.exec(name)?.[1]);
    return Number.isInteger(pid) && pid !== process.pid && !isRunning(pid);
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

function guardState<T>(stateDir: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw unwritable(stateDir, error);
  }
}

function unwritable(stateDir: string, error: unknown): AIFlowError {
  return new AIFlowError(
    'state.unwritable',
    `cannot write the state directory ${stateDir} (${messageOf(error)}): free or unlock it, or name another one with AIFLOW_HOME`,
    { context: { stateDir, systemCode: errorCode(error) }, cause: error },
  );
}
