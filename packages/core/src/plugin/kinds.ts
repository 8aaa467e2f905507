import type { JobPluginFactory } from '../run/job-plugin.ts';
import type { AttemptRunner } from '../run/runner.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { BlobManager } from '../snapshot/blob-manager.ts';
import type { PluginHost } from './host.ts';
import type { PluginRecord } from './record.ts';

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

/** Whatever a registry holds; `kind` tells them apart. */
export type Plugin = JobPluginFactory | BlobManagerPlugin | SchedulerPlugin;
