import { AIFlowError } from '../errors.ts';
import type { JobPluginFactory } from '../run/job-plugin.ts';
import type { BlobManagerPlugin, Plugin, SchedulerPlugin } from './kinds.ts';
import type { PluginKind } from './record.ts';
import { protocol } from './record.ts';

type PluginOf<Kind extends PluginKind> = Extract<Plugin, { readonly kind: Kind }>;

/**
 * The plugins that are known, by kind and name. There is one for the whole process, also when two copies of this
 * package are loaded: it hangs on `globalThis` under a symbol of the protocol's number. Another can be made and
 * passed in wherever a registry is taken.
 */
export interface PluginRegistry {
  readonly plugins: Map<string, Plugin>;
}

export function createRegistry(): PluginRegistry {
  return { plugins: new Map() };
}

const slot = Symbol.for(`aiflow.registry.v${protocol}`);

/** The process's own registry; made when it is first asked for. */
export function globalRegistry(): PluginRegistry {
  const holder = globalThis as { [slot]?: PluginRegistry };
  return (holder[slot] ??= createRegistry());
}

/**
 * Adds a plugin. The same package from the same place again changes nothing. Throws `plugin.name_taken` for any
 * other claim to a name that is taken, `plugin.protocol` for a plugin that was made for another protocol and
 * `plugin.invalid` for a record that lacks something, naming what.
 */
export function registerPlugin(plugin: Plugin, registry: PluginRegistry = globalRegistry()): void {
  checkRecord(plugin);
  const key = `${plugin.kind}:${plugin.name}`;
  const owner = registry.plugins.get(key);
  if (owner === undefined) {
    registry.plugins.set(key, plugin);
    return;
  }
  if (owner.package === plugin.package && owner.location === plugin.location) return;
  const fix =
    owner.package === plugin.package
      ? 'keep one copy: let both depend on the same version and run "npm dedupe"'
      : 'remove one of them from the project';
  throw new AIFlowError(
    'plugin.name_taken',
    `${plugin.kind} plugin "${plugin.name}" is already registered by ${describePlugin(owner)}, and ` +
      `${describePlugin(plugin)} claims it too: ${fix}`,
    { context: { kind: plugin.kind, name: plugin.name, owner: owner.location, claimant: plugin.location } },
  );
}

/** Registers a job plugin; a package that is one calls it on the last line of its entry. See {@link registerPlugin}. */
export function registerJobPluginFactory<Properties>(
  factory: JobPluginFactory<Properties>,
  registry: PluginRegistry = globalRegistry(),
): void {
  registerPlugin(factory, registry);
}

/** Registers a blob manager plugin; a package that is one calls it on the last line of its entry. See {@link registerPlugin}. */
export function registerBlobManager<Options>(
  plugin: BlobManagerPlugin<Options>,
  registry: PluginRegistry = globalRegistry(),
): void {
  registerPlugin(plugin, registry);
}

/** Registers a scheduler plugin; a package that is one calls it on the last line of its entry. See {@link registerPlugin}. */
export function registerScheduler<Options>(
  plugin: SchedulerPlugin<Options>,
  registry: PluginRegistry = globalRegistry(),
): void {
  registerPlugin(plugin, registry);
}

/** The plugin, or null when none of that kind and name is registered. */
export function findPlugin<Kind extends PluginKind>(
  kind: Kind,
  name: string,
  registry: PluginRegistry = globalRegistry(),
): PluginOf<Kind> | null {
  const plugin = registry.plugins.get(`${kind}:${name}`);
  return plugin === undefined ? null : (plugin as PluginOf<Kind>);
}

/** The plugin; throws `plugin.not_registered`, naming what is registered and what to install. */
export function getPlugin<Kind extends PluginKind>(
  kind: Kind,
  name: string,
  registry: PluginRegistry = globalRegistry(),
): PluginOf<Kind> {
  const plugin = findPlugin(kind, name, registry);
  if (plugin !== null) return plugin;
  const known = listPlugins(registry)
    .filter((other) => other.kind === kind)
    .map((other) => `"${other.name}"`)
    .join(', ');
  throw new AIFlowError(
    'plugin.not_registered',
    `no ${kind} plugin "${name}" is registered (registered: ${known || 'none'}): install and import the package ` +
      `that provides it, for example "npm install @aiflow/${kind}-${name}"`,
    { context: { kind, name } },
  );
}

/** All plugins that are registered, by kind and name. */
export function listPlugins(registry: PluginRegistry = globalRegistry()): Plugin[] {
  return [...registry.plugins.values()].sort((a, b) =>
    `${a.kind}:${a.name}` < `${b.kind}:${b.name}` ? -1 : 1,
  );
}

function describePlugin(plugin: Plugin): string {
  return `${plugin.package}@${plugin.version} (${plugin.location})`;
}

const required: Readonly<Record<PluginKind, Readonly<Record<string, string>>>> = {
  job: {
    jobType: 'string',
    platform: 'string',
    engine: 'string',
    getJobGenerator: 'function',
    getJobController: 'function',
  },
  blob: { create: 'function' },
  scheduler: { create: 'function' },
};

/** Holds a record, which may come from plain JavaScript, against what its kind must have. */
function checkRecord(plugin: Plugin): void {
  const kinds = Object.keys(required);
  const name = typeof plugin?.name === 'string' ? `"${plugin.name}"` : 'without a name';
  if (!kinds.includes(plugin?.kind)) {
    throw new AIFlowError('plugin.invalid', `plugin ${name} must have a kind: one of ${kinds.join(', ')}`);
  }
  if (plugin.protocol !== protocol) {
    throw new AIFlowError(
      'plugin.protocol',
      `${plugin.kind} plugin ${name} speaks protocol ${String(plugin.protocol)} and this @aiflow/core speaks ` +
        `${protocol}: install a version of ${plugin.package} that is made for it`,
      {
        context: { kind: plugin.kind, name: plugin.name, found: String(plugin.protocol), expected: protocol },
      },
    );
  }
  const members = {
    name: 'string',
    package: 'string',
    version: 'string',
    location: 'string',
    capabilities: 'object',
    options: 'object',
    ...required[plugin.kind],
  };
  const missing = Object.entries(members).filter(([key, type]) => {
    const member: unknown = Reflect.get(plugin, key);
    const found = key === 'options' && typeof member === 'function' ? 'object' : typeof member;
    return found !== type || member === null;
  });
  if (missing.length > 0) {
    const wanted = missing.map(([key, type]) => `${key} (${type})`).join(', ');
    throw new AIFlowError('plugin.invalid', `${plugin.kind} plugin ${name} does not define ${wanted}`, {
      context: { kind: plugin.kind, missing: missing.map(([key]) => key) },
    });
  }
  if (plugin.kind === 'job' && plugin.jobType !== plugin.name) {
    throw new AIFlowError(
      'plugin.invalid',
      `job plugin ${name} must have its name as its jobType, not "${plugin.jobType}"`,
    );
  }
}
