import type { FinalStatus, JobRule, JsonObject, RuleMark } from '@aiflow/core';
import { isFinal, RuleMemory } from '@aiflow/core';
import type { AttemptRow } from '../store/attempts.ts';
import type { ExecutionRow } from '../store/executions.ts';
import type { Store } from '../store/store.ts';
import { Fifo } from './fifo.ts';
import { Listeners } from './listeners.ts';
import type { WorkflowVersion } from './workflow-version.ts';
import { indexVersion } from './workflow-version.ts';

/** An attempt that has not ended. */
export interface LiveAttempt {
  readonly seq: number;
  readonly attemptId: string;
  readonly attemptNumber: number;
  readonly jobName: string;
  readonly execution: LiveExecution;
  status: 'INIT' | 'RUNNING';
  /** Whether it has a place among those that may run: its start is commanded. Until then it waits in the queue. */
  begun: boolean;
  stopping: boolean;
  /** Another attempt follows when this one has been stopped. */
  restart: boolean;
  /** Where its job puts its events; null before it runs. */
  outboxDir: string | null;
}

interface LatestAttempt {
  readonly attemptNumber: number;
  readonly end: FinalStatus | null;
  /** Whether its own end is not known: something of it may still run. */
  readonly lost: boolean;
}

/** An execution that has not ended, with counters, so that no transition has to look at all of its jobs. */
export interface LiveExecution {
  readonly seq: number;
  readonly executionId: string;
  readonly projectName: string;
  readonly workflowName: string;
  readonly context: string | null;
  readonly parameters: JsonObject;
  readonly version: WorkflowVersion;
  stopping: boolean;
  readonly open: Map<string, LiveAttempt>;
  /** Of each job that ever started: its latest attempt, and how that one ended. */
  readonly latest: Map<string, LatestAttempt>;
  /** How many jobs' latest attempt is FAILED, and how many KILLED. */
  failedJobs: number;
  killedJobs: number;
  /** What its rules remember. */
  readonly memory: RuleMemory<JobRule>;
}

/**
 * What the database says of all that has not ended, kept in memory: a reader's copy, never the truth. Changed only
 * within a transaction, and read anew when one was rolled back.
 */
export class LiveState {
  readonly executions: Map<string, LiveExecution> = new Map();
  readonly attempts: Map<string, LiveAttempt> = new Map();
  readonly listeners: Listeners = new Listeners();
  /** May hold attempts that were stopped meanwhile; whoever takes one looks. */
  readonly queue: Fifo<LiveAttempt> = new Fifo();
  /** How many attempts have a place. */
  begun = 0;
  readonly #store: Store;
  readonly #versions = new VersionCache();
  readonly #byWorkflow = new Map<string, Set<LiveExecution>>();

  constructor(store: Store) {
    this.#store = store;
    const queued: LiveAttempt[] = [];
    for (const row of store.executions.open()) {
      const execution = this.addExecution(row, store.ruleMarks.ofExecution(row.seq));
      for (const attempt of store.attempts.ofExecution(row.seq)) {
        const added = this.#restoreAttempt(execution, attempt);
        if (added !== null && !added.begun && !added.stopping) queued.push(added);
      }
    }
    for (const attempt of queued.sort((a, b) => a.seq - b.seq)) this.queue.push(attempt);
  }

  /** A workflow version, also one that no live execution uses. */
  version(versionId: number): WorkflowVersion {
    return this.#versions.get(versionId, this.#store);
  }

  addExecution(row: ExecutionRow, marks: readonly RuleMark[] = []): LiveExecution {
    const version = this.version(row.version_id);
    const execution: LiveExecution = {
      seq: row.seq,
      executionId: row.execution_id,
      projectName: row.project_name,
      workflowName: row.workflow_name,
      context: row.context,
      parameters: JSON.parse(row.parameters) as JsonObject,
      version,
      stopping: row.reason === 'stopping',
      open: new Map(),
      latest: new Map(),
      failedJobs: 0,
      killedJobs: 0,
      memory: new RuleMemory(version.rules, marks),
    };
    this.executions.set(execution.executionId, execution);
    const key = workflowKey(execution.projectName, execution.workflowName);
    const siblings = this.#byWorkflow.get(key);
    if (siblings === undefined) this.#byWorkflow.set(key, new Set([execution]));
    else siblings.add(execution);
    this.listeners.add(execution);
    return execution;
  }

  removeExecution(execution: LiveExecution): void {
    this.executions.delete(execution.executionId);
    this.listeners.remove(execution);
    const key = workflowKey(execution.projectName, execution.workflowName);
    const siblings = this.#byWorkflow.get(key);
    siblings?.delete(execution);
    if (siblings?.size === 0) this.#byWorkflow.delete(key);
  }

  /** Those of a workflow, oldest first. */
  executionsOf(projectName: string, workflowName: string): LiveExecution[] {
    return [...(this.#byWorkflow.get(workflowKey(projectName, workflowName)) ?? [])];
  }

  /** Enters an attempt that is new and INIT. */
  addAttempt(attempt: LiveAttempt): void {
    const { execution, jobName, attemptNumber } = attempt;
    this.#recount(execution, execution.latest.get(jobName)?.end, -1);
    execution.latest.set(jobName, { attemptNumber, end: null, lost: false });
    execution.open.set(jobName, attempt);
    this.attempts.set(attempt.attemptId, attempt);
    if (attempt.begun) this.begun += 1;
  }

  endAttempt(attempt: LiveAttempt, end: FinalStatus, lost: boolean): void {
    const { execution, jobName, attemptNumber } = attempt;
    execution.latest.set(jobName, { attemptNumber, end, lost });
    this.#recount(execution, end, 1);
    execution.open.delete(jobName);
    this.attempts.delete(attempt.attemptId);
    if (attempt.begun) this.begun -= 1;
  }

  #restoreAttempt(execution: LiveExecution, row: AttemptRow): LiveAttempt | null {
    const attempt: LiveAttempt = {
      seq: row.seq,
      attemptId: row.attempt_id,
      attemptNumber: row.attempt_number,
      jobName: row.job_name,
      execution,
      status: row.status === 'RUNNING' ? 'RUNNING' : 'INIT',
      begun: row.begun_at !== null,
      stopping: row.reason === 'stopping',
      restart: row.restart === 1,
      outboxDir: row.outbox_dir,
    };
    this.addAttempt(attempt);
    if (!isFinal(row.status)) return attempt;
    this.endAttempt(attempt, row.status, row.reason === 'lost');
    return null;
  }

  #recount(execution: LiveExecution, end: FinalStatus | null | undefined, change: number): void {
    if (end === 'FAILED') execution.failedJobs += change;
    if (end === 'KILLED') execution.killedJobs += change;
  }
}

/** The versions that were used last. Forgotten with the rest after a rollback, which may give a number out again. */
class VersionCache {
  readonly #versions = new Map<number, WorkflowVersion>();
  readonly #size = 32;

  get(versionId: number, store: Store): WorkflowVersion {
    const version = this.#versions.get(versionId) ?? indexVersion(store.workflows.version(versionId));
    this.#versions.delete(versionId);
    this.#versions.set(versionId, version); // now the youngest
    for (const oldest of this.#versions.keys()) {
      if (this.#versions.size <= this.#size) break;
      this.#versions.delete(oldest);
    }
    return version;
  }
}

/** A NUL cannot be part of a name, and a dot can: "a.b" of "c" is not "b.c" of "a". */
function workflowKey(projectName: string, workflowName: string): string {
  return `${projectName}\0${workflowName}`;
}
