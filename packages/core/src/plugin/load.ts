import { existsSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AIFlowError, errorCode, isAIFlowError, messageOf } from '../errors.ts';
import { resolveInside } from '../names.ts';
import { shortName } from './class-name.ts';
import type { DiscoveredPlugin } from './discovery.ts';
import { discoverPlugins, packageEntry } from './discovery.ts';
import { nearest } from './nearest.ts';
import type { PluginKind } from './record.ts';
import { findPlugin, globalRegistry } from './registry.ts';
import type { PluginRegistry } from './registry.ts';
import { resolveBeside } from './resolve-beside.ts';
import { syntaxFault } from './syntax-fault.ts';

/** A plugin that is wanted, by short name, package or AIFlow's Python path. */
export interface PluginNeed {
  readonly kind: PluginKind;
  readonly className: string;
}

export interface LoadOptions {
  readonly projectDir: string;
  /** What `project.yaml` lists in `plugins:`. */
  readonly plugins: readonly string[];
  /** The directory of the command that runs, whose neighbours serve where the project has no plugin of its own. */
  readonly commandDir?: string | undefined;
  readonly registry?: PluginRegistry;
}

/**
 * Imports the plugins that are wanted and no others, and gives their short names in the same order. The project's
 * own files come first, then its packages, then those installed beside the command. Throws `plugin.not_installed`
 * with the package to install, `plugin.load_failed`, or what registering throws.
 */
export async function loadPlugins(needs: readonly PluginNeed[], options: LoadOptions): Promise<string[]> {
  const { projectDir, plugins, commandDir, registry = globalRegistry() } = options;
  if (commandDir !== undefined) resolveBeside(projectDir, commandDir);
  for (const file of plugins.filter(isFile)) await importFile(projectDir, file);
  let discovered: DiscoveredPlugin[] | null = null;
  const names: string[] = [];
  for (const { kind, className } of needs) {
    const name = shortName(kind, className);
    if (findPlugin(kind, name, registry) !== null) {
      names.push(name);
      continue;
    }
    discovered ??= discoverPlugins(projectDir, {
      commandDir,
      packages: plugins.filter((item) => !isFile(item)),
    });
    const found = discovered.find(
      (plugin) => plugin.kind === kind && (plugin.name === name || plugin.package === name),
    );
    if (found === undefined) throw notInstalled(kind, name, discovered);
    await importPackage(found);
    if (findPlugin(kind, found.name, registry) === null) {
      throw new AIFlowError(
        'plugin.did_not_register',
        `${found.package} says that it holds the ${kind} plugin "${found.name}" and did not register it when it was imported: ` +
          'its entry must call the register function of @aiflow/core',
      );
    }
    names.push(found.name);
  }
  return names;
}

/**
 * Imports the installed plugins that fit and are not registered yet: all of the project's own, and only where it has
 * none those installed beside the command. None is no error. Throws `plugin.load_failed`, or what registering throws.
 */
export async function loadMatching(
  fits: (plugin: DiscoveredPlugin) => boolean,
  { projectDir, plugins, commandDir, registry = globalRegistry() }: LoadOptions,
): Promise<void> {
  const packages = plugins.filter((item) => !isFile(item));
  const fitting = discoverPlugins(projectDir, { commandDir, packages }).filter(fits);
  const own = fitting.filter((plugin) => plugin.source === 'project');
  for (const plugin of own.length > 0 ? own : fitting) {
    if (findPlugin(plugin.kind, plugin.name, registry) === null) await importPackage(plugin);
  }
}

function isFile(item: string): boolean {
  return item.startsWith('.') || item.startsWith('/');
}

/** A file of the project, wherever links lead. Throws `path.outside` for a path that leads out. */
async function importFile(projectDir: string, name: string): Promise<void> {
  const file = resolveInside(projectDir, name);
  if (!/\.m?[jt]s$/.test(file)) {
    throw new AIFlowError(
      'plugin.load_failed',
      `plugin ${name} could not be imported: expected a module, whose name ends in .ts, .mts, .js or .mjs`,
      { context: { plugin: name, file } },
    );
  }
  if (!existsSync(file)) {
    throw new AIFlowError(
      'plugin.load_failed',
      `plugin ${name} could not be imported: expected a file at ${file}, and there is none: look at "plugins" in project.yaml`,
      { context: { plugin: name, file } },
    );
  }
  if (!realpathSync(file).startsWith(join(realpathSync(projectDir), sep))) {
    throw new AIFlowError(
      'plugin.load_failed',
      `plugin ${name} is a link out of the project: put the file itself into the project, or make a package of it`,
      { context: { plugin: name } },
    );
  }
  await importPlugin(file, name);
}

async function importPackage(plugin: DiscoveredPlugin): Promise<void> {
  const entry = packageEntry(plugin.directory);
  if (entry === null) {
    throw new AIFlowError(
      'plugin.load_failed',
      `${plugin.package} has no entry that can be imported: check "exports" in its package.json`,
    );
  }
  await importPlugin(entry, plugin.package);
}

async function importPlugin(file: string, name: string): Promise<void> {
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    if (isAIFlowError(error)) throw error;
    const reason = syntaxFault(errorCode(error), messageOf(error)) ?? messageOf(error);
    throw new AIFlowError('plugin.load_failed', `plugin ${name} could not be imported: ${reason}`, {
      context: { plugin: name, file },
      cause: error,
    });
  }
}

function notInstalled(kind: PluginKind, name: string, discovered: readonly DiscoveredPlugin[]): AIFlowError {
  const known = [
    ...new Set(discovered.filter((plugin) => plugin.kind === kind).map((plugin) => plugin.name)),
  ];
  const near = nearest(name, known);
  const wanted = name.includes('/') || name.startsWith('@') ? name : `@aiflow/${kind}-${name}`;
  return new AIFlowError(
    'plugin.not_installed',
    `the ${kind} plugin "${name}" is not installed (installed: ${known.join(', ') || 'none'}): ${near === null ? '' : `did you mean "${near}"? Or `}run "npm install ${wanted}" in the project`,
    { context: { kind, name, package: wanted } },
  );
}
