import type { PluginHost } from '../plugin/host.ts';
import type { PluginNeed } from '../plugin/load.ts';
import { loadPlugins } from '../plugin/load.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import type { AttemptRunner } from '../run/runner.ts';
import { createRunner } from '../run/worker.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import { createBlobManager, createScheduler } from './create-plugins.ts';
import { createExtractorSource } from './extractor-source.ts';
import type { Project } from './project-file.ts';

/** A project in the process that works on it: all that its parts are made of. */
export interface ProjectHost {
  readonly project: Project;
  /** What its plugins get. */
  readonly host: PluginHost;
  /** What jobs inherit as their environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The directory of the command that runs, whose neighbours serve where the project has no plugin of its own. */
  readonly commandDir?: string | undefined;
  /** Takes what definitions and context extractors print. */
  readonly onOutput?: (text: string) => void;
  /** Called around everything that imports plugins, which may print. */
  readonly whileImporting?: <T>(projectDir: string, use: () => Promise<T>) => Promise<T>;
  readonly registry?: PluginRegistry;
}

/** Imports plugins for a project; gives their short names. Throws what `loadPlugins` throws. */
export function loadInto(
  { project, commandDir, registry, whileImporting = plainly }: ProjectHost,
  needs: readonly PluginNeed[],
): Promise<string[]> {
  const { projectDir, plugins } = project;
  const options = { projectDir, plugins, commandDir, ...(registry && { registry }) };
  return whileImporting(projectDir, () => loadPlugins(needs, options));
}

/** The blob manager of a project, with the short name of its plugin. */
export async function openBlobManager(
  parts: ProjectHost,
): Promise<{ readonly name: string; readonly manager: BlobManager }> {
  const { project, host, registry } = parts;
  const [name = ''] = await loadInto(parts, [{ kind: 'blob', className: project.blob.className }]);
  return { name, manager: await createBlobManager(project, name, host, registry) };
}

/** The worker of this process, which loads the job plugins that it comes to need. */
export function openRunner(parts: ProjectHost, blob: BlobManager): AttemptRunner {
  const { host, environment, registry } = parts;
  const loadPlugin = (jobType: string): Promise<unknown> =>
    loadInto(parts, [{ kind: 'job', className: jobType }]);
  return createRunner({
    ...host,
    blob,
    environment: definedIn(environment),
    loadPlugin,
    ...(registry && { registry }),
  });
}

/**
 * The scheduler of a project with a worker in this process, not yet started, and the short name of its plugin.
 * `startsByItself` says whether schedules and rules of workflows start and stop executions.
 */
export async function openScheduler(
  parts: ProjectHost,
  blob: BlobManager,
  { startsByItself }: { readonly startsByItself: boolean },
): Promise<{ readonly name: string; readonly scheduler: Scheduler }> {
  const { project, host, commandDir, onOutput, registry } = parts;
  const [name = ''] = await loadInto(parts, [{ kind: 'scheduler', className: project.scheduler.className }]);
  const scheduler = await createScheduler(
    project,
    name,
    {
      ...host,
      runner: openRunner(parts, blob),
      contextExtractor: createExtractorSource({ blob, commandDir, ...(onOutput && { onOutput }) }),
      startsByItself,
    },
    registry,
  );
  return { name, scheduler };
}

function plainly<T>(_projectDir: string, use: () => Promise<T>): Promise<T> {
  return use();
}

function definedIn(environment: ProjectHost['environment']): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) if (value !== undefined) defined[name] = value;
  return defined;
}
