import { sep } from 'node:path';
import { checkCycle } from '../define/cycle.ts';
import type { AIGraph } from '../define/graph.ts';
import { applyRunConditions } from '../define/run-condition.ts';
import type { Problem } from '../errors.ts';
import { inFileOrder, problemsError } from '../errors.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { globalRegistry } from '../plugin/registry.ts';
import { checkJob, namesPath } from './check-job.ts';
import type { WorkflowSettings } from './config.ts';
import { noSettings } from './config.ts';
import { placesOfNoPool, prepareJobs } from './prepare.ts';
import type { Job, PluginVersion, Workflow } from './workflow.ts';
import { workflowFormat } from './workflow.ts';

export interface CompileOptions {
  /** Where generators write: each job gets `<resourceDir>/<job>`. */
  readonly resourceDir: string;
  /** The project's directory, which no job may name: it runs from a snapshot, elsewhere. */
  readonly projectDir?: string;
  /** The project's name, for generators that ask. */
  readonly projectName?: string;
  /** What the YAML says; it wins over the definition, key by key. */
  readonly settings?: WorkflowSettings;
  /** What was found wrong with the settings, told together with what else is wrong; then nothing is compiled. */
  readonly problems?: readonly Problem[];
  readonly registry?: PluginRegistry;
}

/**
 * Turns a graph into a workflow: plain JSON, the same for the same input, byte for byte. The plugins that it needs
 * must be registered. Throws `config.invalid` with every problem of the settings and properties at once,
 * `plugin.not_registered`, `compile.absolute_path` for a job that names a directory of this machine that is not there
 * where it runs, `define.cycle`, with its path, for jobs that wait for each other and could never start,
 * `compile.not_plain` for a generator that breaks its contract, and what generators throw.
 */
export async function compileWorkflow(graph: AIGraph, options: CompileOptions): Promise<Workflow> {
  const { settings = noSettings, registry = globalRegistry(), problems: known = [] } = options;
  const { subGraphs, plugins, problems } = await prepareJobs(graph, settings, registry);
  const found = [...known, ...problems];
  // What the YAML says of a pool is not known when something in it is wrong.
  if (known.length === 0) found.push(...placesOfNoPool(subGraphs, settings));
  if (found.length > 0) throw problemsError('config.invalid', inFileOrder(found));

  const configs = subGraphs.map((subGraph) => subGraph.config);
  const rules = applyRunConditions(graph.rules, configs);
  checkCycle(configs, rules);
  const jobs: Job[] = [];
  const { resourceDir, projectDir = null, projectName = null } = options;
  const places = (projectDir === null ? [resourceDir] : [resourceDir, projectDir]).map(namesPath);
  for (const subGraph of subGraphs) {
    const { jobName, jobType } = subGraph.config;
    const generator = plugins.get(jobType)?.getJobGenerator();
    const job = await generator?.generate(subGraph, resourceDir + sep + jobName, {
      projectName,
      projectDir,
    });
    jobs.push(checkJob(job, subGraph, places));
  }
  return {
    format: workflowFormat,
    workflowName: graph.workflowName,
    properties: { ...graph.properties, ...settings.properties },
    jobs,
    rules,
    workflowRules: graph.workflowRules,
    schedules: settings.schedules ?? graph.schedules,
    contextExtractor: graph.contextExtractor,
    limits: { ...graph.limits, ...settings.limits },
    dependencies: settings.dependencies,
    plugins: [...plugins.values()].map(versionOf),
  };
}

/** The job types of a graph's processors. */
export function jobTypesOf(graph: AIGraph): string[] {
  return [...new Set(graph.jobs.map((job) => job.jobType))];
}

/** What a snapshot and a workflow remember of a plugin. */
export function versionOf(plugin: PluginVersion): PluginVersion {
  return { kind: plugin.kind, name: plugin.name, package: plugin.package, version: plugin.version };
}
