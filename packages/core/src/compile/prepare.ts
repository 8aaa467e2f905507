import type { AIGraph, AISubGraph, JobConfig } from '../define/graph.ts';
import type { Problem } from '../errors.ts';
import { nearest } from '../plugin/nearest.ts';
import { validateOptions } from '../plugin/options.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { getPlugin } from '../plugin/registry.ts';
import type { JobPluginFactory } from '../run/job-plugin.ts';
import { chosenConfig, choosePlugin, wishOf } from './choose-plugin.ts';
import type { WorkflowSettings } from './config.ts';
import { splitGraph } from './split.ts';

/** The jobs of a graph as they are configured, each with the plugin that runs it, and all that is wrong with that. */
export interface PreparedJobs {
  readonly subGraphs: readonly AISubGraph[];
  /** By job type. */
  readonly plugins: ReadonlyMap<string, JobPluginFactory>;
  readonly problems: readonly Problem[];
}

/**
 * Puts together what the definition and the YAML, which wins key by key, say of each job, chooses its plugin and holds
 * its properties against that plugin's options. Throws `plugin.not_registered`.
 */
export async function prepareJobs(
  graph: AIGraph,
  settings: WorkflowSettings,
  registry: PluginRegistry,
): Promise<PreparedJobs> {
  const problems = unknownJobs(graph, settings);
  // By job type: the plugins that jobs' processors are of, and those that run them.
  const owns = new Map<string, JobPluginFactory>();
  const plugins = new Map<string, JobPluginFactory>();
  const subGraphs: AISubGraph[] = [];
  const checkProperties = propertiesCheck(settings);
  for (const subGraph of splitGraph(graph)) {
    const { jobName, jobType: ownType } = subGraph.config;
    const own = owns.get(ownType) ?? getPlugin('job', ownType, registry);
    owns.set(ownType, own);
    const said = settings.jobs.get(jobName);
    const wish = wishOf(subGraph.config, said);
    const { plugin, problem } = choosePlugin(jobName, own, wish, settings.locate, registry);
    if (problem !== undefined) problems.push(problem);
    if (plugin === null) continue;
    plugins.set(plugin.jobType, plugin);
    const properties = { ...subGraph.config.properties, ...said?.properties };
    const config = { ...subGraph.config, ...said?.config, ...chosenConfig(plugin, wish), properties };
    subGraphs.push({ ...subGraph, config });
    problems.push(...(await checkProperties(plugin, config)));
  }
  return { subGraphs, plugins, problems };
}

/** Jobs that take places without saying of which pool, which the definition and the YAML may say together. */
export function placesOfNoPool(subGraphs: readonly AISubGraph[], { locate }: WorkflowSettings): Problem[] {
  return subGraphs
    .filter(({ config }) => config.poolSlots !== undefined && config.pool === undefined)
    .map(({ config: { jobName, poolSlots } }) => ({
      ...locate([jobName, 'pool_slots']),
      key: `${jobName}.pool_slots`,
      message: `job "${jobName}" takes ${poolSlots} places of no pool: say which pool, or leave the places out`,
    }));
}

/** Holds properties against a plugin's options; most jobs of a large workflow have none, which is looked at once. */
function propertiesCheck(
  settings: WorkflowSettings,
): (plugin: JobPluginFactory, config: JobConfig) => Promise<readonly Problem[]> {
  const mayBeEmpty = new Set<string>();
  return async ({ jobType, options }, { jobName, properties }) => {
    const isEmpty = Object.keys(properties).length === 0;
    if (isEmpty && mayBeEmpty.has(jobType)) return [];
    const { problems = [] } = await validateOptions(
      options,
      properties,
      [jobName, 'properties'],
      settings.locate,
    );
    if (isEmpty && problems.length === 0) mayBeEmpty.add(jobType);
    return problems;
  };
}

function unknownJobs(graph: AIGraph, settings: WorkflowSettings): Problem[] {
  const problems: Problem[] = [];
  const names = new Set(graph.jobs.map((job) => job.jobName));
  for (const jobName of settings.jobs.keys()) {
    if (!names.has(jobName)) {
      const suggestion = nearest(jobName, [...names]);
      const hint =
        suggestion === null
          ? `its jobs are ${[...names].slice(0, 20).join(', ')}`
          : `did you mean "${suggestion}"?`;
      const message = `workflow "${graph.workflowName}" has no job "${jobName}": ${hint}`;
      problems.push({ ...settings.locate([jobName]), key: jobName, message });
    }
  }
  return problems;
}
