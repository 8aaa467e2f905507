import { sep } from 'node:path';
import { checkCycle } from '../define/cycle.ts';
import type { AIGraph, AISubGraph } from '../define/graph.ts';
import { applyRunConditions } from '../define/run-condition.ts';
import type { Problem } from '../errors.ts';
import { AIFlowError, inFileOrder, problemsError } from '../errors.ts';
import { findNonJson, isJsonObject } from '../json.ts';
import { nearest } from '../plugin/nearest.ts';
import { validateOptions } from '../plugin/options.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { getPlugin, globalRegistry } from '../plugin/registry.ts';
import type { JobPluginFactory } from '../run/job-plugin.ts';
import { chosenConfig, choosePlugin, wishOf } from './choose-plugin.ts';
import { completeJob } from './complete-job.ts';
import type { WorkflowSettings } from './config.ts';
import { noSettings } from './config.ts';
import { splitGraph } from './split.ts';
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
  const { settings = noSettings, registry = globalRegistry(), resourceDir } = options;
  const { problems: known = [] } = options;
  const problems = [...known, ...checkSettings(graph, settings)];
  // By job type: the plugins that jobs' processors are of, and those that run them.
  const owns = new Map<string, JobPluginFactory>();
  const plugins = new Map<string, JobPluginFactory>();
  // The job types of which a job without properties was found good: most jobs of a large workflow have none.
  const mayBeEmpty = new Set<string>();
  const prepared: AISubGraph[] = [];
  for (const subGraph of splitGraph(graph)) {
    const { jobName, jobType: ownType } = subGraph.config;
    const own = owns.get(ownType) ?? getPlugin('job', ownType, registry);
    owns.set(ownType, own);
    const said = settings.jobs.get(jobName);
    const wish = wishOf(subGraph.config, said);
    const chosen = choosePlugin(jobName, own, wish, settings.locate, registry);
    if (chosen.problem !== undefined) problems.push(chosen.problem);
    const { plugin } = chosen;
    if (plugin === null) continue;
    const { jobType } = plugin;
    plugins.set(jobType, plugin);
    const properties = { ...subGraph.config.properties, ...said?.properties };
    const config = { ...subGraph.config, ...said?.config, ...chosenConfig(plugin, wish), properties };
    // What the YAML says of a pool is not known when something in it is wrong.
    if (known.length === 0 && config.poolSlots !== undefined && config.pool === undefined) {
      const message = `job "${jobName}" takes ${config.poolSlots} places of no pool: say which pool, or leave the places out`;
      problems.push({ ...settings.locate([jobName, 'pool_slots']), key: `${jobName}.pool_slots`, message });
    }
    prepared.push({ ...subGraph, config });
    const isEmpty = Object.keys(properties).length === 0;
    if (isEmpty && mayBeEmpty.has(jobType)) continue;
    const validated = await validateOptions(
      plugin.options,
      properties,
      [jobName, 'properties'],
      settings.locate,
    );
    if (validated.problems !== undefined) problems.push(...validated.problems);
    else if (isEmpty) mayBeEmpty.add(jobType);
  }
  if (problems.length > 0) throw problemsError('config.invalid', inFileOrder(problems));

  const configs = prepared.map((subGraph) => subGraph.config);
  const rules = applyRunConditions(graph.rules, configs);
  checkCycle(configs, rules);
  const jobs: Job[] = [];
  const project = { projectName: options.projectName ?? null, projectDir: options.projectDir ?? null };
  const places = [resourceDir, ...(options.projectDir === undefined ? [] : [options.projectDir])].map(
    namesPath,
  );
  for (const subGraph of prepared) {
    const { jobName, jobType } = subGraph.config;
    const generator = plugins.get(jobType)?.getJobGenerator();
    const job = await generator?.generate(subGraph, resourceDir + sep + jobName, project);
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

/** Finds a path in JSON, and not where it is only a part of another one's name. */
function namesPath(path: string): RegExp {
  const escaped = JSON.stringify(path)
    .slice(1, -1)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w./-])${escaped}(?![\w.-])`);
}

/** The job types of a graph's processors. */
export function jobTypesOf(graph: AIGraph): string[] {
  return [...new Set(graph.jobs.map((job) => job.jobType))];
}

/** What a snapshot and a workflow remember of a plugin. */
export function versionOf(plugin: PluginVersion): PluginVersion {
  return { kind: plugin.kind, name: plugin.name, package: plugin.package, version: plugin.version };
}

function checkSettings(graph: AIGraph, settings: WorkflowSettings): Problem[] {
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

/**
 * Holds what a generator gave against its contract: another plugin's mistake should not be found while a job runs.
 * `places` find the paths that it must not hold.
 */
function checkJob(job: Job | undefined, subGraph: AISubGraph, places: readonly RegExp[]): Job {
  const { config } = subGraph;
  const refuse = (what: string): AIFlowError =>
    new AIFlowError(
      'compile.not_plain',
      `the ${config.jobType} plugin made a job of "${config.jobName}" that ${what}`,
      {
        context: { jobName: config.jobName, jobType: config.jobType },
      },
    );
  if (
    !isJsonObject(job) ||
    !isJsonObject(job.config) ||
    !isJsonObject(job.config.properties) ||
    job.plan === undefined
  ) {
    throw refuse('lacks its config or its plan');
  }
  const notPlain = findNonJson(job);
  if (notPlain !== null) throw refuse(`is not plain JSON at "${notPlain}"`);
  if (job.config.jobName !== config.jobName || job.config.jobType !== config.jobType) {
    throw refuse('belongs to another job');
  }
  const whole = completeJob(job, subGraph);
  const written = JSON.stringify(whole);
  if (places.some((place) => place.test(written))) {
    throw new AIFlowError(
      'compile.absolute_path',
      `job "${config.jobName}" names a directory of the project by its absolute path, and it will run from a copy ` +
        'elsewhere: write the path relative to the project, or use $AIFLOW_PROJECT_DIR in a command',
      { context: { jobName: config.jobName } },
    );
  }
  return whole;
}
