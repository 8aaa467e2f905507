import type { Json, JsonObject } from '../json.ts';
import type { Clock, Logger, SecretResolver } from '../plugin/host.ts';

/** A typed value that was fetched for the job, or that the job is to make. None yet: PLynx's links will bring them. */
export interface RuntimePort {
  readonly type: string;
  readonly path: string;
}

/**
 * Where and as what one attempt runs. All directories exist, belong to this attempt alone and are found again under
 * the same paths after a crash; paths are absolute.
 */
export interface JobRuntimeEnv {
  readonly attemptId: string;
  readonly attemptNumber: number;
  readonly workflowExecutionId: string;
  readonly projectName: string;
  readonly workflowName: string;
  readonly jobName: string;
  readonly snapshotId: string;
  readonly context: string | null;
  readonly parameters: JsonObject;

  /** The snapshot on this machine: shared between attempts, and read-only. */
  readonly projectDir: string;
  /** The workflow's own directory in the snapshot. */
  readonly workflowDir: string;
  /** What this job's generator wrote. */
  readonly generatedDir: string;
  /**
   * The directory that the job runs in, new for each attempt, with links to the workflow's directory (by the
   * workflow's name), `resources`, `dependencies`, `generated` and `project.yaml`, where the project has them.
   */
  readonly workingDir: string;
  readonly logDir: string;
  /** The plugin's own: what it must remember to find the job again. The names `work`, `logs` and `outbox` are taken. */
  readonly stateDir: string;
  /** Where a job puts its events, one JSON file each, written under another name and then renamed. */
  readonly outboxDir: string;
  /** Shared by the jobs of one execution on this machine. */
  readonly executionDir: string;

  readonly inputs: Readonly<Record<string, RuntimePort>>;
  readonly outputs: Readonly<Record<string, RuntimePort>>;

  /**
   * What a process of the job gets as its environment: that of the worker, and this execution's facts under names
   * that begin with `AIFLOW_`. `AIFLOW_ATTEMPT_ID` is the token that every process of the attempt carries.
   */
  readonly environment: Readonly<Record<string, string>>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly secrets: SecretResolver;
  /** The same value with every `${NAME}` in it replaced; `secret.missing` when a name is not known. */
  resolveSecrets<T extends Json>(value: T): T;
}

/** The names of the facts in a job's environment. */
export const environmentNames = {
  attemptId: 'AIFLOW_ATTEMPT_ID',
  attemptNumber: 'AIFLOW_ATTEMPT_NUMBER',
  workflowExecutionId: 'AIFLOW_WORKFLOW_EXECUTION_ID',
  projectName: 'AIFLOW_PROJECT_NAME',
  workflowName: 'AIFLOW_WORKFLOW_NAME',
  jobName: 'AIFLOW_JOB_NAME',
  snapshotId: 'AIFLOW_SNAPSHOT_ID',
  projectDir: 'AIFLOW_PROJECT_DIR',
  workingDir: 'AIFLOW_WORKING_DIR',
  logDir: 'AIFLOW_LOG_DIR',
  outboxDir: 'AIFLOW_OUTBOX',
  executionDir: 'AIFLOW_EXECUTION_DIR',
  parameters: 'AIFLOW_PARAMETERS',
  /** AIFlow's own name for it. */
  context: 'WORKFLOW_EXECUTION_CONTEXT',
} as const;
