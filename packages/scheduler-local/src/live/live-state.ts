import type { Clock, FinalStatus, JsonObject, RuleMark, StatusReason } from '@aiflow/core';
import { isFinal, RuleMemory } from '@aiflow/core';
import type { AttemptRow } from '../store/attempts.ts';
import type { ExecutionRow } from '../store/executions.ts';
import type { Store } from '../store/store.ts';
import { Listeners } from './listeners.ts';
import type { LiveAttempt, LiveExecution } from './live-execution.ts';
import type { LiveTick } from './live-tick.ts';
import { setNextTick } from './live-tick.ts';
import { LiveWorkflows } from './live-workflows.ts';
import type { PlaceLimits } from './places.ts';
import { Places } from './places.ts';
import { Timetable } from './timetable.ts';
import { VersionCache } from './version-cache.ts';
import { workflowKey } from './workflow-key.ts';
import type { WorkflowVersion } from './workflow-version.ts';

export interface LiveStateParts {
  readonly store: Store;
  readonly limits: PlaceLimits;
  readonly clock: Clock;
  /** Whether schedules and rules of workflows start and stop executions. */
  readonly startsByItself: boolean;
  /** The attempts that the last process may have begun; null when this is the first that is read of the database. */
  readonly sought: ReadonlySet<string> | null;
}

/**
 * What the database says of all that has not ended, kept in memory: a reader's copy, never the truth. Changed only
 * within a transaction, and read anew when one was rolled back.
 */
export class LiveState {
  readonly executions: Map<string, LiveExecution> = new Map();
  readonly attempts: Map<string, LiveAttempt> = new Map();
  readonly listeners: Listeners = new Listeners();
  readonly places: Places;
  /** By the monotonic clock: retries that are to begin, and attempts that may run no longer. */
  readonly timetable: Timetable<LiveAttempt> = new Timetable();
  /** By the wall clock. */
  readonly ticks: Timetable<LiveTick> = new Timetable();
  readonly workflows: LiveWorkflows;
  readonly #store: Store;
  readonly #versions = new VersionCache();
  readonly #running = new Map<string, number>();
  readonly #byWorkflow = new Map<string, Set<LiveExecution>>();
  readonly #byContext = new Map<string, Set<LiveExecution>>();

  constructor({ store, limits, clock, startsByItself, sought }: LiveStateParts) {
    this.#store = store;
    this.places = new Places(limits);
    const version = (id: number): WorkflowVersion => this.#versions.get(id, store);
    this.workflows = new LiveWorkflows({ store, startsByItself, version });
    const toMonotonic = clock.monotonic() - clock.now();
    for (const row of store.executions.open()) {
      const execution = this.addExecution(
        row,
        store.ruleMarks.ofExecution(row.seq),
        store.ruleMarks.firingsOf(row.seq),
      );
      for (const attempt of store.attempts.ofExecution(row.seq)) {
        const added = this.#restoreAttempt(execution, attempt, sought);
        if (added === null) continue;
        if (attempt.due_at !== null) this.timetable.set(added, attempt.due_at + toMonotonic);
        if (!added.begun && !added.isSought && attempt.due_at === null) this.places.enter(added);
      }
      for (const { job_name: jobName, schedule, last } of store.jobTicks.ofExecution(row.seq)) {
        this.addTick(execution, jobName, schedule, last);
      }
    }
  }

  /** A workflow version, also one that no live execution uses. */
  version(versionId: number): WorkflowVersion {
    return this.workflows.ofVersion(versionId)?.version ?? this.#versions.get(versionId, this.#store);
  }

  addExecution(
    row: ExecutionRow,
    marks: readonly RuleMark[] = [],
    firings: readonly (readonly [rule: number, version: number])[] = [],
  ): LiveExecution {
    const version = this.version(row.version_id);
    const execution: LiveExecution = {
      seq: row.seq,
      executionId: row.execution_id,
      projectName: row.project_name,
      workflowName: row.workflow_name,
      context: row.context,
      parameters: JSON.parse(row.parameters) as JsonObject,
      version,
      waiting: row.status === 'INIT',
      stopping: row.reason === 'stopping',
      open: new Map(),
      latest: new Map(),
      failedJobs: 0,
      killedJobs: 0,
      ticks: [],
      unscheduled: new Set(JSON.parse(row.unscheduled_jobs) as string[]),
      memory: new RuleMemory(version.rules, marks, firings),
    };
    this.executions.set(execution.executionId, execution);
    const key = workflowKey(execution.projectName, execution.workflowName);
    put(this.#byWorkflow, key, execution);
    put(this.#byContext, contextKeyOf(execution), execution);
    this.listeners.add(execution);
    if (!execution.waiting) this.beginExecution(execution);
    return execution;
  }

  /** From now on it counts as one that runs. */
  beginExecution(execution: LiveExecution): void {
    execution.waiting = false;
    const key = workflowKey(execution.projectName, execution.workflowName);
    this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  removeExecution(execution: LiveExecution): void {
    this.executions.delete(execution.executionId);
    for (const tick of execution.ticks) tick.dueAt = null;
    this.listeners.remove(execution);
    const key = workflowKey(execution.projectName, execution.workflowName);
    if (!execution.waiting) this.#running.set(key, (this.#running.get(key) ?? 0) - 1);
    drop(this.#byContext, contextKeyOf(execution), execution);
    drop(this.#byWorkflow, key, execution);
    if (!this.#byWorkflow.has(key)) this.#running.delete(key);
  }

  /** How many executions of a workflow run. */
  runningOf(projectName: string, workflowName: string): number {
    return this.#running.get(workflowKey(projectName, workflowName)) ?? 0;
  }

  /** The execution of a workflow that waits and came first. */
  firstWaiting(projectName: string, workflowName: string): LiveExecution | null {
    // Those that wait stand behind those that run, which their limit keeps few.
    for (const execution of this.#byWorkflow.get(workflowKey(projectName, workflowName)) ?? []) {
      if (execution.waiting && !execution.stopping) return execution;
    }
    return null;
  }

  /** Those of a workflow, oldest first. */
  executionsOf(projectName: string, workflowName: string): LiveExecution[] {
    return [...(this.#byWorkflow.get(workflowKey(projectName, workflowName)) ?? [])];
  }

  /** Those of a workflow that have this context, oldest first. */
  executionsIn(projectName: string, workflowName: string, context: string | null): LiveExecution[] {
    return [...(this.#byContext.get(contextKey(projectName, workflowName, context)) ?? [])];
  }

  /** Follows a schedule of a job from its last tick on. */
  addTick(execution: LiveExecution, jobName: string, index: number, last: number): void {
    const schedule = execution.version.jobs.get(jobName)?.config.schedules?.[index];
    if (schedule === undefined) return;
    const tick: LiveTick = { execution, jobName, index, schedule, last, dueAt: null };
    execution.ticks.push(tick);
    setNextTick(this.ticks, tick);
  }

  /** Enters an attempt that is new and INIT. */
  addAttempt(attempt: LiveAttempt): void {
    const { execution, jobName, attemptNumber } = attempt;
    this.#recount(execution, execution.latest.get(jobName)?.end, -1);
    execution.latest.set(jobName, { attemptNumber, end: null, mayRun: false });
    execution.open.set(jobName, attempt);
    this.attempts.set(attempt.attemptId, attempt);
    if (attempt.begun) this.places.occupy(attempt);
  }

  endAttempt(attempt: LiveAttempt, status: FinalStatus, reason: StatusReason | null): void {
    const { execution, jobName, attemptNumber } = attempt;
    const end = reason === 'stopped_by_rule' ? 'FINISHED' : status;
    execution.latest.set(jobName, { attemptNumber, end, mayRun: reason === 'lost' });
    this.#recount(execution, end, 1);
    execution.open.delete(jobName);
    this.attempts.delete(attempt.attemptId);
    attempt.dueAt = null;
    if (attempt.begun) this.places.leave(attempt);
  }

  #restoreAttempt(
    execution: LiveExecution,
    row: AttemptRow,
    sought: ReadonlySet<string> | null,
  ): LiveAttempt | null {
    const begun = row.begun_at !== null;
    const attempt: LiveAttempt = {
      seq: row.seq,
      attemptId: row.attempt_id,
      attemptNumber: row.attempt_number,
      retryNumber: row.retry_number,
      jobName: row.job_name,
      execution,
      status: row.status === 'RUNNING' ? 'RUNNING' : 'INIT',
      begun,
      isGranted: false,
      isSought: !begun && (sought === null ? row.is_granted === 1 : sought.has(row.attempt_id)),
      stopFor: row.stop_for,
      dueAt: null,
      outboxDir: row.outbox_dir,
    };
    this.addAttempt(attempt);
    if (!isFinal(row.status)) return attempt;
    this.endAttempt(attempt, row.status, row.reason);
    return null;
  }

  #recount(execution: LiveExecution, end: FinalStatus | null | undefined, change: number): void {
    if (end === 'FAILED') execution.failedJobs += change;
    if (end === 'KILLED') execution.killedJobs += change;
  }
}

function contextKeyOf({ projectName, workflowName, context }: LiveExecution): string {
  return contextKey(projectName, workflowName, context);
}

function contextKey(projectName: string, workflowName: string, context: string | null): string {
  return `${workflowKey(projectName, workflowName)}\0${JSON.stringify(context)}`;
}

function put<Item>(sets: Map<string, Set<Item>>, key: string, item: Item): void {
  const found = sets.get(key);
  if (found === undefined) sets.set(key, new Set([item]));
  else found.add(item);
}

function drop<Item>(sets: Map<string, Set<Item>>, key: string, item: Item): void {
  const found = sets.get(key);
  found?.delete(item);
  if (found?.size === 0) sets.delete(key);
}
