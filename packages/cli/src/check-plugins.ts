import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Project } from '@aiflow/core';
import { AIFlowError, discoverPlugins, isAIFlowError, loadPlugins } from '@aiflow/core';
import type { ProblemList } from './collect-problems.ts';
import { commandDir } from './command-dir.ts';
import { whileImporting } from './session.ts';

/** Looks for problems in what a project lists as `plugins:`, each at its place: files are imported, packages looked up. */
export async function checkPlugins(project: Project, found: ProblemList): Promise<void> {
  for (const [index, entry] of project.plugins.entries()) {
    try {
      if (entry.startsWith('.') || entry.startsWith('/')) await importFile(project, entry);
      else checkPackage(project.projectDir, entry);
    } catch (error) {
      if (!isAIFlowError(error)) throw error;
      found.add({
        ...project.locate(['plugins', index]),
        key: `plugins.${index}`,
        message: error.message,
      });
    }
  }
}

function importFile({ projectDir }: Project, file: string): Promise<unknown> {
  return whileImporting(projectDir, () => loadPlugins([], { projectDir, plugins: [file], commandDir }));
}

/** Nothing of the package is run. */
function checkPackage(projectDir: string, name: string): void {
  const directory = [projectDir, commandDir].flatMap((from) => installedAt(from, name) ?? [])[0];
  if (directory === undefined) {
    throw new AIFlowError(
      'plugin.not_installed',
      `plugin package "${name}" is not installed: run "npm install ${name}" in the project, or take it out of "plugins"`,
    );
  }
  const held = discoverPlugins(projectDir, { commandDir, packages: [name] });
  if (held.some((plugin) => plugin.directory === directory)) return;
  throw new AIFlowError(
    'plugin.none_held',
    `package "${name}" holds no plugin: expected "aiflow": { "plugins": [ … ] } in ${join(directory, 'package.json')}`,
  );
}

/** The directory of an installed package, links resolved, looked for as Node does. */
function installedAt(from: string, name: string): string | null {
  for (let directory = from; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (directory === dirname(directory)) return null;
  }
}
