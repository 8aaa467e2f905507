import type { JobPluginFactory } from '../run/job-plugin.ts';
import type { AttemptRunner } from '../run/runner.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import type { PluginHost } from './host.ts';
import type { PluginRecord, RegistryRecord } from './record.ts';

export interface SchedulerHost extends PluginHost {
  readonly runner: AttemptRunner;
}

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
