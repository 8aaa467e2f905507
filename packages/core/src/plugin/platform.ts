import { AIFlowError } from '../errors.ts';
import { checkName } from '../names.ts';
import type { Engine, Platform } from './kinds.ts';
import type { PluginOrigin } from './package.ts';
import { protocol } from './record.ts';
import type { PluginRegistry } from './registry.ts';
import { globalRegistry, listPlugins, registerPlugin } from './registry.ts';

/**
 * Document 003's AbstractPlatform: where jobs run. An object, or a class with such static members; the name may also
 * be what a method `platform` gives, as it is there.
 */
export interface AbstractPlatform {
  readonly platform: string | (() => string);
  /** For people, in one sentence. */
  readonly description?: string;
}

/** Document 003's AbstractEngine: what jobs are made for. See {@link AbstractPlatform}. */
export interface AbstractEngine {
  readonly engine: string | (() => string);
  readonly description?: string;
}

/**
 * Makes a platform known by its name. `origin` says who does: `pluginOrigin(import.meta.url)`. The same again from the
 * same place changes nothing. Throws `plugin.name_taken` for any other claim and `name.invalid`. A job plugin's own
 * platform is known without it; this is for what has no job plugin yet, and for its description.
 */
export function registerPlatform(
  platform: AbstractPlatform,
  origin: PluginOrigin,
  registry: PluginRegistry = globalRegistry(),
): Platform {
  const record = {
    ...recordOf(platformName(platform), platform.description, origin),
    kind: 'platform',
  } as const;
  registerPlugin(record, registry);
  return record;
}

/** Makes an engine known by its name; as {@link registerPlatform} does. */
export function registerEngine(
  engine: AbstractEngine,
  origin: PluginOrigin,
  registry: PluginRegistry = globalRegistry(),
): Engine {
  const record = { ...recordOf(engineName(engine), engine.description, origin), kind: 'engine' } as const;
  registerPlugin(record, registry);
  return record;
}

/** The name of a platform that is given by its name, as a record of the registry, or in the document's shape. */
export function platformName(platform: string | Platform | AbstractPlatform): string {
  return nameIn('platform', platform);
}

/** As {@link platformName}. */
export function engineName(engine: string | Engine | AbstractEngine): string {
  return nameIn('engine', engine);
}

/** The platforms that are registered, and those of job plugins, sorted. */
export function knownPlatforms(registry: PluginRegistry = globalRegistry()): string[] {
  return known('platform', registry);
}

/** The engines that are registered, and those of job plugins, sorted. */
export function knownEngines(registry: PluginRegistry = globalRegistry()): string[] {
  return known('engine', registry);
}

function known(kind: 'platform' | 'engine', registry: PluginRegistry): string[] {
  const names = listPlugins(registry).flatMap((each) => {
    if (each.kind === 'job') return [each[kind]];
    return each.kind === kind ? [each.name] : [];
  });
  return [...new Set(names)].sort();
}

function recordOf(
  name: string,
  description: string | undefined,
  { package: packageName, version, location }: PluginOrigin,
): Omit<Platform, 'kind'> {
  return { name, description: description ?? '', package: packageName, version, location, protocol };
}

/** Plain JavaScript may give anything. A class has members of its own and a `name` that is none of ours. */
function nameIn(kind: 'platform' | 'engine', given: unknown): string {
  if (typeof given === 'string') return checkName(kind, given);
  if (given !== null && (typeof given === 'object' || typeof given === 'function')) {
    const member: unknown = Reflect.get(given, kind);
    const name: unknown = typeof member === 'function' ? Reflect.apply(member, given, []) : member;
    if (typeof name === 'string') return checkName(kind, name);
    if (Reflect.get(given, 'kind') === kind) return checkName(kind, String(Reflect.get(given, 'name')));
  }
  throw new AIFlowError(
    'plugin.invalid',
    `a ${kind} needs a name: write its name, or an object with a "${kind}" that is one`,
    { context: { kind } },
  );
}
