import type { Workflow } from '../compile/workflow.ts';
import type { JobPluginFactory } from '../run/job-plugin.ts';
import type { AttemptRunner } from '../run/runner.ts';
import type { RunningExtractor } from '../schedule/context.ts';
import type { ProjectContext, Scheduler } from '../schedule/scheduler.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import type { PluginHost } from './host.ts';
import type { PluginRecord, RegistryRecord } from './record.ts';

export interface SchedulerHost extends PluginHost {
  readonly runner: AttemptRunner;
  /**
   * Makes what says of an event which executions of a submitted workflow it belongs to; its snapshot is fetched for
   * that. A scheduler never runs code of a project itself. Rejects when it cannot be fetched: nothing is wrong with the
   * event then. The signal ends the waiting, with its reason. Whoever asked closes what is made.
   */
  readonly contextExtractor: ExtractorSource;
  /**
   * Whether schedules and rules of workflows start and stop executions. False in a process that is there for one
   * execution, as `aiflow run` is: ticks and events then act in running executions only. The ticks count as missed for
   * the next scheduler that starts by itself; an event is told to no rule of a workflow.
   */
  readonly startsByItself: boolean;
}

/** Makes the context extractor of a workflow that was submitted with its project's snapshot. */
export type ExtractorSource = (
  workflow: Workflow,
  project: ProjectContext,
  options?: { readonly signal?: AbortSignal },
) => Promise<RunningExtractor>;

/** A blob manager plugin; `create` gets options that its schema has passed, with secrets resolved. */
export interface BlobManagerPlugin<Options = unknown> extends PluginRecord<Options> {
  readonly kind: 'blob';
  create(config: Options, host: PluginHost): BlobManager;
}

/** A scheduler plugin; `create` gets options that its schema has passed, with secrets resolved. It opens nothing. */
export interface SchedulerPlugin<Options = unknown> extends PluginRecord<Options> {
  readonly kind: 'scheduler';
  create(config: Options, host: SchedulerHost): Scheduler;
}

/** A place where jobs run, such as `local` or `kubernetes`. It is a name that job plugins share, and does nothing. */
export interface Platform extends RegistryRecord {
  readonly kind: 'platform';
  readonly description: string;
}

/** What jobs are made for, such as `cmd_line` or `spark`. It is a name that job plugins share, and does nothing. */
export interface Engine extends RegistryRecord {
  readonly kind: 'engine';
  readonly description: string;
}

/** What does work; `kind` tells them apart. */
export type Plugin = JobPluginFactory | BlobManagerPlugin | SchedulerPlugin;

/** Whatever a registry holds; `kind` tells them apart. */
export type Registered = Plugin | Platform | Engine;
