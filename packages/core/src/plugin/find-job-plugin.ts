import { AIFlowError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { JobPluginFactory } from '../run/job-plugin.ts';
import { hintFor, nearest } from './nearest.ts';
import { knownEngines, knownPlatforms } from './platform.ts';
import type { PluginRegistry } from './registry.ts';
import { getPlugin, globalRegistry } from './registry.ts';

/** One engine on one platform. */
export interface EngineOnPlatform {
  readonly engine: string;
  readonly platform: string;
}

/** What is asked of a job plugin; what is left out may be anything. */
export interface JobPluginQuery {
  readonly jobType?: string | undefined;
  readonly engine?: string | undefined;
  readonly platform?: string | undefined;
}

/** The job plugins that fit. */
export function listJobPlugins(
  query: JobPluginQuery,
  registry: PluginRegistry = globalRegistry(),
): JobPluginFactory[] {
  const { jobType, engine, platform } = query;
  // In no order: a workflow of many jobs may ask for each.
  return [...registry.plugins.values()].filter(
    (each): each is JobPluginFactory =>
      each.kind === 'job' &&
      (jobType === undefined || each.jobType === jobType) &&
      (engine === undefined || each.engine === engine) &&
      (platform === undefined || each.platform === platform),
  );
}

/**
 * The one job plugin of an engine on a platform, or null when there is none. Several may share the pair: then throws
 * `plugin.ambiguous`, which names them, because only a job type can tell them apart.
 */
export function findJobPlugin(
  pair: EngineOnPlatform,
  registry: PluginRegistry = globalRegistry(),
): JobPluginFactory | null {
  return theOne(listJobPlugins(pair, registry), pair);
}

/**
 * The one job plugin that fits. Throws `plugin.unknown_engine` and `plugin.unknown_platform` with the nearest known
 * name, `plugin.not_registered` when all names are known and nothing joins them, and `plugin.ambiguous`.
 */
export function getJobPlugin(
  query: JobPluginQuery,
  registry: PluginRegistry = globalRegistry(),
): JobPluginFactory {
  const found = theOne(listJobPlugins(query, registry), query);
  if (found !== null) return found;
  const { jobType, engine, platform } = query;
  checkKnown('engine', engine, knownEngines(registry));
  checkKnown('platform', platform, knownPlatforms(registry));
  if (jobType !== undefined) {
    const plugin = getPlugin('job', jobType, registry);
    throw notRegistered(
      query,
      `job type "${jobType}" is engine ${plugin.engine} on platform ${plugin.platform}, not ${describe({ engine, platform })}: leave one of them out`,
    );
  }
  const platforms = listJobPlugins(engine === undefined ? {} : { engine }, registry).map(
    (each) => each.platform,
  );
  const there = [...new Set(platforms)].sort().join(', ') || 'nowhere';
  throw notRegistered(
    query,
    `no job plugin runs ${describe(query)} (${engine ?? 'jobs'} can run on: ${there}): install a package that provides one`,
  );
}

function theOne(found: readonly JobPluginFactory[], query: JobPluginQuery): JobPluginFactory | null {
  const [first = null] = found;
  if (found.length < 2) return first;
  const sorted = found.toSorted((a, b) => (a.jobType < b.jobType ? -1 : 1));
  const names = sorted.map((each) => `"${each.jobType}" (${each.package})`).join(', ');
  throw new AIFlowError(
    'plugin.ambiguous',
    `several job plugins run ${describe(query)}: write job_type to choose between ${names}`,
    { context: { ...contextOf(query), jobTypes: sorted.map((each) => each.jobType) } },
  );
}

function checkKnown(kind: 'engine' | 'platform', name: string | undefined, known: readonly string[]): void {
  if (name === undefined || known.includes(name)) return;
  const hint = known.length === 0 ? 'none is known' : hintFor(name, known);
  const remedy = nearest(name, known) === null ? ', or install a plugin for it' : '';
  throw new AIFlowError(`plugin.unknown_${kind}`, `no ${kind} is called ${shown(name)}: ${hint}${remedy}`, {
    context: { [kind]: name.slice(0, 200) },
  });
}

function notRegistered(query: JobPluginQuery, message: string): AIFlowError {
  return new AIFlowError('plugin.not_registered', message, { context: contextOf(query) });
}

function contextOf({ jobType, engine, platform }: JobPluginQuery): JsonObject {
  return { jobType: jobType ?? null, engine: engine ?? null, platform: platform ?? null };
}

function describe({ engine, platform }: JobPluginQuery): string {
  const parts = [
    ...(engine === undefined ? [] : [`engine ${engine}`]),
    ...(platform === undefined ? [] : [`on platform ${platform}`]),
  ];
  return parts.join(' ') || 'jobs';
}

function shown(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
}
