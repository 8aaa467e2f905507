import type { PluginNeed, Project, ProjectHost } from '@aiflow/core';
import { environmentSecrets, loadPlugins, openProject, stderrLogger, systemClock } from '@aiflow/core';
import { boundMemory } from './bound-memory.ts';
import { commandDir } from './command-dir.ts';
import { exitCodes } from './exit-codes.ts';
import { printable } from './output/printable.ts';

export { openBlobManager as openBlob, openRunner } from '@aiflow/core';

/** A project with what every command that works on it needs. */
export type Session = ProjectHost;

/** Opens a project, for the life of this process; nothing is written. Throws what `openProject` throws. */
export async function openSession(directory: string): Promise<Session> {
  boundMemory();
  const project = await openProject(directory, process.env);
  return {
    project,
    host: {
      logger: stderrLogger(process.env),
      clock: systemClock,
      secrets: environmentSecrets(process.env),
      stateDir: project.stateDir,
    },
    environment: process.env,
    commandDir,
    whileImporting,
    onOutput: (text) => void process.stderr.write(printable(text)),
  };
}

/** Loads plugins for a project; gives their short names. */
export function load(project: Project, needs: readonly PluginNeed[]): Promise<string[]> {
  const { projectDir, plugins } = project;
  return whileImporting(projectDir, () => loadPlugins(needs, { projectDir, plugins, commandDir }));
}

const writeToStdout = process.stdout.write.bind(process.stdout);
/** How many import plugins at this moment. */
let importing = 0;
let onExit: () => void = () => undefined;

/**
 * Lets plugins be imported meanwhile: what they print goes to stderr, since stdout belongs to the command, and one
 * that ends the process is told of.
 */
export async function whileImporting<T>(projectDir: string, use: () => Promise<T>): Promise<T> {
  // The first one turns stdout away, and the last one turns it back.
  if (importing === 0) {
    process.stdout.write = process.stderr.write.bind(process.stderr);
    onExit = () => {
      const message = 'a plugin ended the process while it was imported: take its call of process.exit() out';
      process.stderr.write(`error: ${projectDir}: ${message}\n`);
      process.exitCode = exitCodes.wrongInput;
    };
    process.once('exit', onExit);
  }
  importing += 1;
  try {
    return await use();
  } finally {
    importing -= 1;
    if (importing === 0) {
      process.stdout.write = writeToStdout;
      process.off('exit', onExit);
    }
  }
}
