import type { Job } from '../compile/workflow.ts';
import type { AISubGraph, JobConfig } from '../define/graph.ts';
import { AIFlowError } from '../errors.ts';
import type { Json } from '../json.ts';
import type { JobRuntimeEnv } from '../run/env.ts';
import type {
  GetResultOptions,
  JobController,
  JobGenerator,
  JobHandle,
  JobPluginFactory,
  JobResult,
  ProjectDesc,
} from '../run/job-plugin.ts';
import type { Status } from '../schedule/status.ts';
import { DurableController } from './durable-controller.ts';
import { MemoryController } from './memory-controller.ts';
import type { PluginOrigin } from './package.ts';
import type { AbstractEngine, AbstractPlatform } from './platform.ts';
import { engineName, platformName } from './platform.ts';
import { protocol } from './record.ts';
import type { PluginRegistry } from './registry.ts';
import { globalRegistry, registerPlugin } from './registry.ts';
import type { Schema } from './schema.ts';

/** Document 003's names for what this package calls otherwise. */
export type BaseJobConfig = JobConfig;
export type AbstractJobConfig = JobConfig;
export type AbstractJob = Job;

/**
 * What `submitJob` gives: how the plugin knows its job again. A {@link JobHandle} is one, too, and is what a plugin
 * that finds its jobs again is called with. One that does not is called with the very object that it gave, which may
 * hold a process or a timer; only to clean up after a crash it gets a handle with the same `data`.
 */
export interface AbstractJobHandler {
  /** What the plugin needs to know the job again: plain JSON, no secret. It is kept; null unless said. */
  readonly data?: Json;
  /**
   * How the job ends, for a plugin without `getResult`. It must settle, also after a stop. A rejection is a failed
   * job. Once a stop was asked for, whatever does not say FINISHED counts as KILLED.
   */
  readonly result?: PromiseLike<JobResult>;
}

/**
 * A job plugin in document 003's shape: generator and controller in one object, for one engine on one platform. The
 * last three methods are not in the document, which leaves open how an end becomes known. A plugin with all three
 * keeps the promises of `JobController`: its jobs outlive the process that submitted them. One with none gives the
 * end as its handler's `result`, and a job whose process died with it is lost.
 */
export interface AbstractJobPlugin<Properties = unknown> {
  /** See `JobGenerator.generate`; what is written goes to {@link generateJobResource}. */
  generate(subGraph: AISubGraph, projectDesc: ProjectDesc): Job | Promise<Job>;
  /** Writes the files that the job needs to `resourceDir`, which is not there yet; most jobs need none. */
  generateJobResource(job: Job, resourceDir: string): void | Promise<void>;
  /** Begins the job. Where it throws, nothing has begun. See `JobController.submitJob`. */
  submitJob(job: Job, env: JobRuntimeEnv): AbstractJobHandler | Promise<AbstractJobHandler>;
  /** See `JobController.stopJob`. */
  stopJob(handle: AbstractJobHandler, env: JobRuntimeEnv): void | Promise<void>;
  /** See `JobController.cleanupJob`. */
  cleanupJob(handle: AbstractJobHandler, env: JobRuntimeEnv): void | Promise<void>;
  /** The job type's name: what YAML's `job_type` says. */
  jobType(): string;
  /** The schema of the job's properties. */
  jobConfigType(): Schema<Properties>;
  /** The platform, or its name; it need not be registered. */
  platform(): AbstractPlatform | string;
  engine(): AbstractEngine | string;

  /** See `JobController.findJob`; a handler need hold no more than its `data`. */
  findJob?(job: Job, env: JobRuntimeEnv): AbstractJobHandler | null | Promise<AbstractJobHandler | null>;
  getJobStatus?(handle: JobHandle, env: JobRuntimeEnv): Status | Promise<Status>;
  getResult?(handle: JobHandle, options: GetResultOptions): JobResult | null | Promise<JobResult | null>;
}

/**
 * Registers a plugin in document 003's shape; a package that is one calls it on the last line of its entry. `origin`
 * says where it comes from: `pluginOrigin(import.meta.url)`. Throws what `registerPlugin` and
 * {@link jobPluginFactoryOf} throw.
 */
export function registerJobPlugin<Properties>(
  plugin: AbstractJobPlugin<Properties>,
  origin: PluginOrigin,
  registry: PluginRegistry = globalRegistry(),
): void {
  registerPlugin(jobPluginFactoryOf(plugin, origin), registry);
}

const needed = [
  'generate',
  'generateJobResource',
  'submitJob',
  'stopJob',
  'cleanupJob',
  'jobType',
  'jobConfigType',
  'platform',
  'engine',
] as const;
const durable = ['findJob', 'getJobStatus', 'getResult'] as const;

/**
 * A plugin in document 003's shape as what every other job plugin is; nothing is registered. Throws `plugin.invalid`
 * for one that lacks a method, or that has some of `findJob`, `getJobStatus` and `getResult` and not all.
 */
export function jobPluginFactoryOf<Properties>(
  plugin: AbstractJobPlugin<Properties>,
  origin: PluginOrigin,
): JobPluginFactory<Properties> {
  requireMethods(plugin, needed);
  const isDurable = durable.some((name) => plugin[name] !== undefined);
  if (isDurable) requireMethods(plugin, durable);
  const jobType = plugin.jobType();
  const { package: packageName, version, location } = origin;
  const identity = { jobType, plugin: packageName, version };
  const controller: JobController = isDurable
    ? new DurableController(plugin, identity)
    : new MemoryController(plugin, identity);
  return {
    kind: 'job',
    name: jobType,
    jobType,
    platform: platformName(plugin.platform()),
    engine: engineName(plugin.engine()),
    package: packageName,
    version,
    location,
    protocol,
    capabilities: {},
    options: plugin.jobConfigType(),
    getJobGenerator: () => generatorOf(plugin),
    getJobController: () => controller,
  };
}

function generatorOf(plugin: AbstractJobPlugin): JobGenerator {
  return {
    generate: async (subGraph, resourceDir, project = { projectName: null, projectDir: null }) => {
      const job = await plugin.generate(subGraph, project);
      await plugin.generateJobResource(job, resourceDir);
      return job;
    },
  };
}

function requireMethods(plugin: AbstractJobPlugin, names: readonly (keyof AbstractJobPlugin)[]): void {
  const given: unknown = plugin; // plain JavaScript may pass anything
  const isObject = (typeof given === 'object' || typeof given === 'function') && given !== null;
  const missing = names.filter((name) => !isObject || typeof Reflect.get(given, name) !== 'function');
  if (missing.length === 0) return;
  const what =
    names.length === durable.length ? `which go with ${durable.join(', ')}` : 'which a job plugin needs';
  throw new AIFlowError(
    'plugin.invalid',
    `a job plugin does not define ${missing.join(', ')} (function), ${what}`,
    {
      context: { missing },
    },
  );
}
