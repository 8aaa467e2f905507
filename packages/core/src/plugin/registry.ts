import { AIFlowError } from '../errors.ts';
import type { JobPluginFactory } from '../run/job-plugin.ts';
import { checkRecord, describeKind } from './check-record.ts';
import type { BlobManagerPlugin, Registered, SchedulerPlugin } from './kinds.ts';
import type { RecordKind } from './record.ts';
import { protocol } from './record.ts';

type RegisteredAs<Kind extends RecordKind> = Extract<Registered, { readonly kind: Kind }>;

/**
 * The plugins, platforms and engines that are known, by kind and name. There is one for the whole process, also when
 * two copies of this package are loaded: it hangs on `globalThis` under a symbol of the protocol's number. Another can
 * be made and passed in wherever a registry is taken.
 */
export interface PluginRegistry {
  readonly plugins: Map<string, Registered>;
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
 * Adds a plugin, a platform or an engine. The same package from the same place again changes nothing. Throws
 * `plugin.name_taken` for any other claim to a name that is taken, `plugin.protocol` for a plugin that was made for
 * another protocol and `plugin.invalid` for a record that lacks something, naming what.
 */
export function registerPlugin(plugin: Registered, registry: PluginRegistry = globalRegistry()): void {
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
    `${describeKind(plugin.kind)} "${plugin.name}" is already registered by ${describePlugin(owner)}, and ` +
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

/** What is registered under that kind and name, or null. */
export function findPlugin<Kind extends RecordKind>(
  kind: Kind,
  name: string,
  registry: PluginRegistry = globalRegistry(),
): RegisteredAs<Kind> | null {
  const plugin = registry.plugins.get(`${kind}:${name}`);
  return plugin === undefined ? null : (plugin as RegisteredAs<Kind>);
}

/** The same; throws `plugin.not_registered`, naming what is registered and what to install. */
export function getPlugin<Kind extends RecordKind>(
  kind: Kind,
  name: string,
  registry: PluginRegistry = globalRegistry(),
): RegisteredAs<Kind> {
  const plugin = findPlugin(kind, name, registry);
  if (plugin !== null) return plugin;
  const known = listPlugins(registry)
    .filter((other) => other.kind === kind)
    .map((other) => `"${other.name}"`)
    .join(', ');
  throw new AIFlowError(
    'plugin.not_registered',
    `no ${describeKind(kind)} "${name}" is registered (registered: ${known || 'none'}): install and import the package ` +
      `that provides it, for example "npm install @aiflow/${kind}-${name}"`,
    { context: { kind, name } },
  );
}

/** All that is registered, by kind and name. */
export function listPlugins(registry: PluginRegistry = globalRegistry()): Registered[] {
  return [...registry.plugins.values()].sort((a, b) =>
    `${a.kind}:${a.name}` < `${b.kind}:${b.name}` ? -1 : 1,
  );
}

function describePlugin(plugin: Registered): string {
  return `${plugin.package}@${plugin.version} (${plugin.location})`;
}
