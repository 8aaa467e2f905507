export * from './abort.ts';
export * from './duration.ts';
export * from './errors.ts';
export * from './json.ts';
export * from './names.ts';
export * from './wire.ts';

export type {
  AIGraph,
  AINode,
  AISubGraph,
  Channel,
  DataEdge,
  JobConfig,
  NodeConfig,
  Operation,
  Processor,
  WorkflowLimits,
} from './define/graph.ts';
export { graphVersion, graphVersionOf } from './define/graph.ts';
export type { ChannelsOf } from './define/channels.ts';
export type { JobBuilder } from './define/job.ts';
export type {
  EvaluateOptions,
  InputsOptions,
  ModelValidateOptions,
  NamedOptions,
  NodeOptions,
  Operators,
  PredictOptions,
  PushModelOptions,
  ReadDatasetOptions,
  TrainOptions,
  TransformOptions,
  WriteDatasetOptions,
} from './define/operators.ts';
// A star, because only what a star re-exports can be added to with `declare module '@aiflow/core'`.
export type * from './define/job-types.ts';
export type {
  Condition,
  EventCondition,
  EventLife,
  EventPattern,
  EventSpec,
  JobReference,
  JobStatusCondition,
  ModelVersionEvent,
  ValueCondition,
  WorkflowCondition,
} from './define/conditions.ts';
export {
  all,
  any,
  datasetChanged,
  datasetEventType,
  ended,
  event,
  failed,
  finished,
  killed,
  modelVersion,
  running,
  sufficientOrNecessary,
  workflowStatus,
} from './define/conditions.ts';
export { jobsOf, waitsForEvents } from './define/condition-shape.ts';
export type {
  ContextExtractor,
  ContextExtractorSpec,
  EventContext,
  EventField,
  ExtractContext,
  FieldExtractor,
  ModuleExtractor,
} from './define/context-extractor.ts';
export type { JobPolicy, JobPolicyOptions } from './define/job-policy.ts';
export type { ExecMode, RetryOptions, RetryPolicy, RetrySpec, RunCondition } from './define/policy.ts';
export { retryDelayMs, retryPolicy } from './define/policy.ts';
export type {
  Column,
  ColumnType,
  Dataset,
  DatasetSpec,
  Model,
  ModelReference,
  ModelSpec,
} from './define/resources.ts';
export { dataset, model } from './define/resources.ts';
export type { JobAction, JobRule, WorkflowAction, WorkflowRule } from './define/rules.ts';
export type { CronSchedule, IntervalSchedule, MissedTicks, Schedule } from './schedule/schedule.ts';
export type { CronSpec, IntervalParts, IntervalSpec, ScheduleSpec } from './schedule/schedule-spec.ts';
export { toSchedule } from './schedule/schedule-spec.ts';
export { describeSchedule } from './schedule/describe-schedule.ts';
export type { DueTicks } from './schedule/ticks.ts';
export { dueTicks, nextTick } from './schedule/ticks.ts';
export type { DefinedJob, JobOptions, WorkflowBuilder } from './define/workflow-builder.ts';
export { defineWorkflow } from './define/workflow.ts';

export type { CompileOptions } from './compile/compile.ts';
export { compileWorkflow, jobTypesOf } from './compile/compile.ts';
export type { JobSettings, WorkflowSettings } from './compile/config.ts';
export { checkWorkflow } from './compile/check-workflow.ts';
export { parseWorkflow, serializeWorkflow } from './compile/serialize.ts';
export { orderNodes, splitGraph } from './compile/split.ts';
export type { Job, JobPort, PluginVersion, Workflow } from './compile/workflow.ts';
export { workflowFormat } from './compile/workflow.ts';

export type {
  BlobManager,
  RemoveSnapshotsOptions,
  SnapshotInfo,
  StoreFiles,
  UploadProjectOptions,
} from './snapshot/blob-manager.ts';
export type { FileRows } from './snapshot/file-table.ts';
export { FileTable } from './snapshot/file-table.ts';
export type { FileStat } from './snapshot/file-stat.ts';
export { fileStat } from './snapshot/file-stat.ts';
export type { Manifest, ManifestEntry } from './snapshot/manifest.ts';
export {
  generatedDirectory,
  isSnapshotId,
  manifestFormat,
  manifestText,
  snapshotIdOf,
} from './snapshot/manifest.ts';
export { leadsOutside } from './snapshot/links.ts';
export type { ProjectSnapshot, SnapshotProjectOptions } from './snapshot/snapshot.ts';
export { snapshotProject } from './snapshot/snapshot.ts';

export type { RunningExtractor } from './schedule/context.ts';
export { extractContext } from './schedule/context.ts';
export type { JobExecutionInfo, WorkflowExecutionInfo, WorkflowInfo } from './schedule/info.ts';
export type {
  PageOptions,
  ParkedPageOptions,
  ProjectContext,
  Scheduler,
  StartExecutionOptions,
} from './schedule/scheduler.ts';
export type { Rule, RuleEvent } from './schedule/rule-book.ts';
export { RuleBook } from './schedule/rule-book.ts';
export { RuleShelf } from './schedule/rule-shelf.ts';
export type { RuleChange, RuleMark, RuleOutcome } from './schedule/rule-memory.ts';
export { RuleMemory } from './schedule/rule-memory.ts';
export type { LeafMark } from './schedule/rule-progress.ts';
export type { RuleAction, RuleState } from './schedule/rules.ts';
export { applyEvent, firstActions } from './schedule/rules.ts';
export type { FinalStatus, Status, StatusReason } from './schedule/status.ts';
export { isFinal } from './schedule/status.ts';
export { isLongRunning, startsWithExecution } from './schedule/start-jobs.ts';

export { attemptsOfJob } from './run/attempt-directories.ts';
export type { RuntimePlace } from './run/create-env.ts';
export { createJobRuntimeEnv, interpreterCache } from './run/create-env.ts';
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
  ProjectDesc,
} from './run/job-plugin.ts';
export type { DatasetLocation } from './run/locate-dataset.ts';
export { locateDataset } from './run/locate-dataset.ts';
export type { Attempt, AttemptRun, AttemptRunner } from './run/runner.ts';
export type { RunnerOptions } from './run/worker.ts';
export { createRunner } from './run/worker.ts';

export type { Event, NewEvent, ParkedEvent } from './observe/event.ts';
export { statusEventTypes } from './observe/event.ts';
export type { EventFilter, EventLog } from './observe/event-log.ts';

export type { Clock, Logger, PluginHost, SecretResolver } from './plugin/host.ts';
export type {
  BlobManagerPlugin,
  Engine,
  ExtractorSource,
  Platform,
  Plugin,
  Registered,
  SchedulerHost,
  SchedulerPlugin,
} from './plugin/kinds.ts';
export type { Locate, Place, Validated } from './plugin/options.ts';
export { validateOptions } from './plugin/options.ts';
export type { PluginOrigin } from './plugin/package.ts';
export { pluginOrigin } from './plugin/package.ts';
export type { PluginKind, PluginRecord, RecordKind, RegistryRecord } from './plugin/record.ts';
export { protocol, shownConfig } from './plugin/record.ts';
export { environmentSecrets } from './plugin/secrets.ts';
export { silentLogger, stderrLogger, systemClock } from './plugin/system-host.ts';
export type { PluginRegistry } from './plugin/registry.ts';
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
export type { EngineOnPlatform, JobPluginQuery } from './plugin/find-job-plugin.ts';
export { findJobPlugin, getJobPlugin } from './plugin/find-job-plugin.ts';
export type { AbstractEngine, AbstractPlatform } from './plugin/platform.ts';
export { knownEngines, knownPlatforms, registerEngine, registerPlatform } from './plugin/platform.ts';
export type {
  AbstractJob,
  AbstractJobConfig,
  AbstractJobHandler,
  AbstractJobPlugin,
  BaseJobConfig,
} from './plugin/document-plugin.ts';
export { jobPluginFactoryOf, registerJobPlugin } from './plugin/document-plugin.ts';
export type { Schema } from './plugin/schema.ts';

export type {
  JsonSchemaOptions,
  StandardIssue,
  StandardProps,
  StandardResult,
  StandardSchemaV1,
} from './plugin/standard-schema.ts';

export type { DiscoveredPlugin } from './plugin/discovery.ts';
export { discoverPlugins } from './plugin/discovery.ts';
export type { LoadOptions, PluginNeed } from './plugin/load.ts';
export { loadMatching, loadPlugins } from './plugin/load.ts';
export { nearest } from './plugin/nearest.ts';

export type { BuildOptions } from './project/build.ts';
export {
  buildWorkflow,
  makeStateDirectory,
  storeProject,
  withOverlay,
  workflowFileName,
} from './project/build.ts';
export { createBlobManager, createScheduler } from './project/create-plugins.ts';
export type { ConfigSchemas } from './project/json-schemas.ts';
export { configSchemas } from './project/json-schemas.ts';
export { listWorkflows } from './project/layout.ts';

export type { ExtractorSourceOptions } from './project/extractor-source.ts';
export { createExtractorSource } from './project/extractor-source.ts';
export type { ExtractorPlace } from './project/extractor-thread.ts';
export { createContextExtractor, loadContextExtractor } from './project/load-context-extractor.ts';
export type { LoadDefinitionOptions } from './project/load-definition.ts';
export { loadDefinition } from './project/load-definition.ts';
export type { HostProjectOptions, HostedProject } from './project/host-project.ts';
export { hostProject } from './project/host-project.ts';
export type { ProjectHost } from './project/project-host.ts';
export { loadInto, openBlobManager, openRunner, openScheduler } from './project/project-host.ts';
export type { PluginChoice, Project } from './project/project-file.ts';
export { openProject } from './project/project-file.ts';
export type { ServerConfig } from './project/server-file.ts';
export { readServerConfig } from './project/server-file.ts';
export { readSettings } from './project/settings.ts';
