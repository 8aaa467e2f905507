export * from './errors.ts';
export * from './json.ts';
export * from './names.ts';

export type { AIGraph, AINode, AISubGraph, Channel, DataEdge, JobConfig, Processor } from './define/graph.ts';
export { graphVersion, graphVersionOf } from './define/graph.ts';
export type { ChannelsOf, JobBuilder, JobReference, NodeOptions } from './define/job.ts';
// A star, because only what a star re-exports can be added to with `declare module '@aiflow/core'`.
export type * from './define/job-types.ts';
export type { Condition, JobAction, JobRule } from './define/rules.ts';
export { all, any, failed, finished, jobsOf, killed, running } from './define/rules.ts';
export type { DefinedJob, JobOptions, WorkflowBuilder } from './define/workflow.ts';
export { defineWorkflow } from './define/workflow.ts';

export type { Job, JobPort, PluginVersion, Workflow } from './compile/workflow.ts';
export { workflowFormat } from './compile/workflow.ts';

export type { BlobManager, SnapshotInfo, UploadProjectOptions } from './snapshot/blob-manager.ts';
export type { Manifest, ManifestEntry } from './snapshot/manifest.ts';
export { generatedDirectory, isSnapshotId, manifestFormat, snapshotIdOf } from './snapshot/manifest.ts';

export type { JobExecutionInfo, WorkflowExecutionInfo, WorkflowInfo } from './schedule/info.ts';
export type { PageOptions, ProjectContext, Scheduler, StartExecutionOptions } from './schedule/scheduler.ts';
export type { RuleOutcome, RuleState, StatusChange } from './schedule/rules.ts';
export { applyStatusChange } from './schedule/rules.ts';
export type { FinalStatus, Status, StatusReason } from './schedule/status.ts';
export { isFinal } from './schedule/status.ts';

export type { RuntimePlace } from './run/create-env.ts';
export { createJobRuntimeEnv, executionDirectory } from './run/create-env.ts';
export type { JobRuntimeEnv, RuntimePort } from './run/env.ts';
export { environmentNames } from './run/env.ts';
export type {
  GetResultOptions,
  JobController,
  JobGenerator,
  JobHandle,
  JobPluginFactory,
  JobResult,
  JobResultError,
} from './run/job-plugin.ts';
export type { Attempt, AttemptRun, AttemptRunner } from './run/runner.ts';

export type { Event, NewEvent } from './observe/event.ts';
export { statusEventTypes } from './observe/event.ts';
export type { EventFilter, EventLog } from './observe/event-log.ts';

export type { Clock, Logger, PluginHost, SchedulerHost, SecretResolver } from './plugin/host.ts';
export type { PluginOrigin } from './plugin/package.ts';
export { pluginOrigin } from './plugin/package.ts';
export type { BlobManagerPlugin, PluginKind, PluginRecord, SchedulerPlugin } from './plugin/record.ts';
export { protocol, shownConfig } from './plugin/record.ts';
export { environmentSecrets, resolveReferences } from './plugin/secrets.ts';
export { silentLogger, systemClock } from './plugin/system-host.ts';
export type { Plugin, PluginRegistry } from './plugin/registry.ts';
export {
  createRegistry,
  findPlugin,
  getPlugin,
  globalRegistry,
  listPlugins,
  registerBlobManager,
  registerJobPluginFactory,
  registerPlugin,
  registerScheduler,
} from './plugin/registry.ts';
export type { Schema } from './plugin/schema.ts';
export type { StandardIssue, StandardSchemaV1 } from './plugin/standard-schema.ts';
