import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Engine } from './engine.ts';

/** Where engines lie: outside the work tree, shared by all checkouts of the user. */
export function cacheDirectory(): string {
  const own = process.env['AIFLOW_ENGINES_DIR'];
  if (own !== undefined && own !== '') return own;
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'aiflow-engines');
}

/** Where an engine lies when it is installed. A folder of this name is always whole. */
export function homeOf(engine: Engine): string {
  return join(cacheDirectory(), `${engine.name}-${engine.version}`);
}

export function isInstalled(engine: Engine): boolean {
  return existsSync(homeOf(engine));
}

/** The commands that an engine needs and this machine lacks. */
function missingCommands(engine: Engine): readonly string[] {
  const directories = (process.env['PATH'] ?? '').split(delimiter);
  return engine.needs.filter((command) => !directories.some((path) => existsSync(join(path, command))));
}

/**
 * Installs an engine unless it is there: beside its place, then renamed, so that a process that was killed leaves
 * nothing that counts. Two that install the same at once both succeed; one of them worked in vain.
 */
export function install(engine: Engine): void {
  const missing = missingCommands(engine);
  if (missing.length > 0) throw new Error(`${engine.name} needs ${missing.join(', ')} on the PATH`);
  mkdirSync(cacheDirectory(), { recursive: true });
  removeRemains(engine);
  const beside = mkdtempSync(join(cacheDirectory(), `.${engine.name}-${process.pid}-`));
  try {
    engine.install(beside);
    renameSync(beside, homeOf(engine));
  } catch (error) {
    if (!isInstalled(engine)) throw error;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** Removes what installations of processes that are gone have left. */
function removeRemains(engine: Engine): void {
  for (const name of readdirSync(cacheDirectory())) {
    const owner = new RegExp(`^\\.${engine.name}-(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) {
      rmSync(join(cacheDirectory(), name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
