import { problemsError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { PluginHost } from '../plugin/host.ts';
import type { SchedulerHost } from '../plugin/kinds.ts';
import { validateOptions } from '../plugin/options.ts';
import type { PluginRecord } from '../plugin/record.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { getPlugin, globalRegistry } from '../plugin/registry.ts';
import { resolveReferences } from '../plugin/secrets.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import type { PluginChoice, Project } from './project-file.ts';

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
  return plugin.create(await optionsOf(plugin, project.blob, project, host), host);
}

/** The scheduler that a project chose, not yet started. Throws as {@link createBlobManager} does. */
export async function createScheduler(
  project: Project,
  name: string,
  host: SchedulerHost,
  registry: PluginRegistry = globalRegistry(),
): Promise<Scheduler> {
  const plugin = getPlugin('scheduler', name, registry);
  return plugin.create(await optionsOf(plugin, project.scheduler, project, host), host);
}

/** Options are checked as they were written, so that no message can show what a reference stands for. */
async function optionsOf(
  plugin: PluginRecord,
  choice: PluginChoice,
  project: Project,
  host: PluginHost,
): Promise<unknown> {
  const validated = await validateOptions(plugin.options, choice.config, choice.keys, project.locate);
  if (validated.problems !== undefined) throw problemsError('config.invalid', validated.problems);
  return resolveReferences(validated.value as Json, host.secrets);
}
