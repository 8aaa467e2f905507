import { AIFlowError } from '../errors.ts';
import type { PluginHost } from '../plugin/host.ts';
import type { SchedulerHost } from '../plugin/kinds.ts';
import { shownConfig } from '../plugin/record.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { getPlugin, globalRegistry } from '../plugin/registry.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import type { ResolvedOptions } from './plugin-options.ts';
import { resolveOptions } from './plugin-options.ts';
import type { Project } from './project-file.ts';

/**
 * The blob manager that a project chose; `name` is its short name, as `loadPlugins` gave it. Throws `config.invalid`
 * with every problem of its options, or `secret.missing`.
 */
export async function createBlobManager(
  project: Project,
  name: string,
  host: PluginHost,
  registry: PluginRegistry = globalRegistry(),
): Promise<BlobManager> {
  const plugin = getPlugin('blob', name, registry);
  const options = await resolveOptions(plugin.options, project.blob, project.locate, host.secrets);
  return showing(plugin.create(options.value, host), options);
}

/** The scheduler that a project chose, not yet started. Throws as {@link createBlobManager} does. */
export async function createScheduler(
  project: Project,
  name: string,
  host: SchedulerHost,
  registry: PluginRegistry = globalRegistry(),
): Promise<Scheduler> {
  const plugin = getPlugin('scheduler', name, registry);
  const options = await resolveOptions(plugin.options, project.scheduler, project.locate, host.secrets);
  return showing(plugin.create(options.value, host), options);
}

/** Lets `config` show references as they were written: what plugins are given has them resolved. */
function showing<Made extends BlobManager | Scheduler>(made: Made, { shown }: ResolvedOptions): Made {
  if (shown === null) return made;
  const value = shownConfig(shown);
  if (Reflect.defineProperty(made, 'config', { value, enumerable: true })) return made;
  throw new AIFlowError(
    'plugin.invalid',
    'a plugin must let "config" be replaced by what the project file says, so that it shows no secret: do not freeze it',
  );
}
