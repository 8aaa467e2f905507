import type { Job } from '../compile/workflow.ts';
import type { AISubGraph } from '../define/graph.ts';
import type { Json, JsonObject } from '../json.ts';
import type { PluginRecord } from '../plugin/record.ts';
import type { FinalStatus, Status } from '../schedule/status.ts';
import type { JobRuntimeEnv } from './env.ts';

/** What a generator may know of the project: where its files are while a workflow is compiled. Null outside of one. */
export interface ProjectDesc {
  readonly projectName: string | null;
  /** Absolute; no job may name it, because it runs from a copy elsewhere. */
  readonly projectDir: string | null;
}

/** Turns a job's sub-graph into a {@link Job}. Belongs to the engine: it says how a sub-graph becomes something to run. */
export interface JobGenerator {
  /**
   * Called once for each job while a workflow is compiled. The same sub-graph must give the same job and files.
   * Files put into `resourceDir` reach the worker as `env.generatedDir`; the directory is this job's own and is not
   * there until the generator makes it. Throws `job.invalid_graph` for a sub-graph that the plugin cannot run.
   */
  generate(subGraph: AISubGraph, resourceDir: string, project?: ProjectDesc): Promise<Job>;
}

/** What a controller needs to find its job again, also in another process after a crash. Never holds a secret. */
export interface JobHandle<Data extends Json = Json> {
  readonly jobType: string;
  readonly plugin: string;
  readonly version: string;
  readonly attemptId: string;
  readonly data: Data;
}

/** Why a job failed: `code` is the plugin's, dotted; `message` is for people; `context` holds exit codes and the like. */
export interface JobResultError {
  readonly code: string;
  readonly message: string;
  readonly context: JsonObject;
}

/** How a job ended. A failed job is a result, not an exception. */
export interface JobResult {
  readonly status: FinalStatus;
  /** The nodes' results by node id; nodes without one are absent. */
  readonly values: Readonly<Record<string, Json>>;
  readonly error: JobResultError | null;
}

export interface GetResultOptions {
  readonly env: JobRuntimeEnv;
  /** Wait for the end. Without it a job that still runs answers null at once. */
  readonly blocking: boolean;
  /** Ends the waiting, not the job: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * Starts, watches and ends jobs on their platform. Belongs to the platform. Methods may be called from a process
 * other than the one that submitted; all they share is the handle and the attempt's directories. A controller
 * throws only when it cannot know; how a job ended is a {@link JobResult}.
 */
export interface JobController {
  /**
   * Starts the job and returns once it can be found again. `env.attemptId` is durable before this is called, and
   * whatever comes to be outside must be findable from it alone. Called at most once for an attempt.
   */
  submitJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle>;
  /** After a crash: the handle of what this attempt began, running or ended; null when it never began. */
  findJob(job: Job, env: JobRuntimeEnv): Promise<JobHandle | null>;
  getJobStatus(handle: JobHandle, env: JobRuntimeEnv): Promise<Status>;
  /**
   * A short line about a job that runs, such as what it waits for or where it can be watched; null when there is nothing
   * to say. Asked for when the job was submitted and then every `labelIntervalMs` (5 seconds unless its job says
   * otherwise), one call at a time. It is shown and means nothing: a failure is logged once. Not for secrets, though
   * those of the job are masked in it. A plugin that has none leaves it out.
   */
  obtainJobLabel?(handle: JobHandle, env: JobRuntimeEnv): Promise<string | null>;
  /** The result, as often as it is asked for; null only when not `blocking` and the job still runs. */
  getResult(handle: JobHandle, options: GetResultOptions): Promise<JobResult | null>;
  /** Ends the job with all that it started, and resolves when none of it is left. Harmless on a job that has ended. */
  stopJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void>;
  /** Removes what the plugin put elsewhere for this attempt; never its logs. May be called twice. */
  cleanupJob(handle: JobHandle, env: JobRuntimeEnv): Promise<void>;
}

/**
 * A job plugin: one engine on one platform, known by its job type. Its generator takes the processors of every plugin
 * of its engine that it can run: a job whose processors are another's reaches it when the job names its platform.
 */
export interface JobPluginFactory<Properties = unknown> extends PluginRecord<Properties> {
  readonly kind: 'job';
  /** The same as `name`: what YAML's `job_type` says. */
  readonly jobType: string;
  readonly platform: string;
  readonly engine: string;
  getJobGenerator(): JobGenerator;
  /** Called once by each worker, which uses it for all of its attempts: what they share belongs into it. */
  getJobController(): JobController;
}
