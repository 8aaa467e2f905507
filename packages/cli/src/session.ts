import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttemptRunner, BlobManager, Logger, PluginHost, PluginNeed, Project } from '@aiflow/core';
import {
  createBlobManager,
  createRunner,
  environmentSecrets,
  loadPlugins,
  openProject,
  systemClock,
} from '@aiflow/core';
import { exitCodes } from './exit-codes.ts';

/** A project with what every command that works on it needs. */
export interface Session {
  readonly project: Project;
  readonly host: PluginHost;
  readonly environment: Readonly<Record<string, string>>;
}

/** The directory of this command, beside whose package plugins may be installed. */
export const commandDir: string = dirname(dirname(fileURLToPath(import.meta.url)));

/** Opens a project; nothing is written. Throws what `openProject` throws. */
export async function openSession(directory: string): Promise<Session> {
  const project = await openProject(directory, process.env);
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
  const { projectDir, plugins } = project;
  return whileImporting(projectDir, () => loadPlugins(needs, { projectDir, plugins, commandDir }));
}

const writeToStdout = process.stdout.write.bind(process.stdout);
let importing = 0;

/**
 * Lets plugins be imported meanwhile: what they print goes to stderr, since stdout belongs to the command, and one
 * that ends the process is told of.
 */
export async function whileImporting<T>(projectDir: string, use: () => Promise<T>): Promise<T> {
  // Several may import at once: the first one turns stdout away, and the last one turns it back.
  if (importing === 0) process.stdout.write = process.stderr.write.bind(process.stderr);
  importing += 1;
  const onExit = (): void => {
    const message = 'a plugin ended the process while it was imported: take its call of process.exit() out';
    process.stderr.write(`error: ${projectDir}: ${message}\n`);
    process.exitCode = exitCodes.wrongInput;
  };
  process.once('exit', onExit);
  try {
    return await use();
  } finally {
    importing -= 1;
    if (importing === 0) process.stdout.write = writeToStdout;
    process.off('exit', onExit);
  }
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
