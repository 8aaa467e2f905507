import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttemptRunner, BlobManager, Logger, PluginHost, PluginNeed, Project } from '@aiflow/core';
import {
  createBlobManager,
  createRunner,
  environmentSecrets,
  loadPlugins,
  makeStateDirectory,
  openProject,
  systemClock,
} from '@aiflow/core';

/** A project with what every command that works on it needs. */
export interface Session {
  readonly project: Project;
  readonly host: PluginHost;
  readonly environment: Readonly<Record<string, string>>;
}

/** The directory of this command, beside whose package plugins may be installed. */
export const commandDir: string = dirname(dirname(fileURLToPath(import.meta.url)));

/** Opens a project and makes its state directory. Throws what `openProject` and `makeStateDirectory` throw. */
export async function openSession(directory: string): Promise<Session> {
  const project = await openProject(directory, process.env);
  makeStateDirectory(project.stateDir);
  const host: PluginHost = {
    logger: stderrLogger,
    clock: systemClock,
    secrets: environmentSecrets(process.env),
    stateDir: project.stateDir,
  };
  return { project, host, environment: inheritedEnvironment() };
}

/** The blob manager of a project, with the short name of its plugin. */
export async function openBlob({ project, host }: Session): Promise<{ name: string; manager: BlobManager }> {
  const [name = ''] = await load(project, [{ kind: 'blob', className: project.blob.className }]);
  return { name, manager: await createBlobManager(project, name, host) };
}

/** The worker of this process, which loads the job plugins that it comes to need. */
export function openRunner({ project, host, environment }: Session, blob: BlobManager): AttemptRunner {
  const loadPlugin = (jobType: string): Promise<unknown> =>
    load(project, [{ kind: 'job', className: jobType }]);
  return createRunner({ ...host, blob, environment, loadPlugin });
}

/** Loads plugins for a project; gives their short names. */
export function load(project: Project, needs: readonly PluginNeed[]): Promise<string[]> {
  return loadPlugins(needs, { projectDir: project.projectDir, plugins: project.plugins, commandDir });
}

function inheritedEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) environment[name] = value;
  return environment;
}

const shown = (level: string) => (message: string) => void process.stderr.write(`${level}: ${message}\n`);

const stderrLogger: Logger = {
  debug: process.env['AIFLOW_DEBUG'] === undefined ? () => undefined : shown('debug'),
  info: process.env['AIFLOW_DEBUG'] === undefined ? () => undefined : shown('info'),
  warn: shown('warning'),
  error: shown('error'),
};
