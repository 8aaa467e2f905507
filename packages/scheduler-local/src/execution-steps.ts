import type { RuleAction } from '@aiflow/core';
import type { AttemptSteps } from './attempt-steps.ts';
import { finalStatus, isOver } from './execution-end.ts';
import { executionId as newExecutionId } from './ids.ts';
import { takeUpSchedules } from './job-ticks.ts';
import type { LiveExecution } from './live/live-execution.ts';
import type { LiveState } from './live/live-state.ts';
import type { Publisher } from './publisher.ts';
import type { ExecutionRow, NewExecution } from './store/executions.ts';
import type { Store } from './store/store.ts';

export type ExecutionRequest = Omit<NewExecution, 'executionId' | 'startedAt'>;

export interface ExecutionStepsParts {
  readonly store: Store;
  readonly publisher: Publisher;
  readonly steps: AttemptSteps;
  readonly live: () => LiveState;
  /** What a rule of a job asks for. */
  readonly act: (execution: LiveExecution, action: RuleAction) => void;
  /** Told the id of each execution that ends. */
  readonly ended: (executionId: string) => void;
}

/** The steps of one execution's life, each written down, kept in memory and published. */
export class ExecutionSteps {
  readonly #parts: ExecutionStepsParts;
  /** Those that may be over now. */
  readonly #perhapsOver = new Set<LiveExecution>();

  constructor(parts: ExecutionStepsParts) {
    this.#parts = parts;
  }

  /** A new execution. One for which there is no room beside the others of its workflow waits until there is. */
  add(request: ExecutionRequest): LiveExecution {
    const { store, publisher, steps } = this.#parts;
    const live = this.#parts.live();
    const now = steps.now();
    const executionId = newExecutionId(now);
    const { executions: limit = Infinity } = live.version(request.versionId).limits;
    const startedAt = live.runningOf(request.projectName, request.workflowName) < limit ? now : null;
    store.executions.insert({ ...request, executionId, startedAt });
    const execution = live.addExecution(this.row(executionId));
    if (execution.waiting) publisher.workflowStatus(execution, 'INIT', now);
    else this.#startJobs(execution, now);
    return execution;
  }

  /** Stops all that has not ended of it and lets no rule act in it any more. */
  stop(execution: LiveExecution): void {
    if (!execution.stopping) {
      execution.stopping = true;
      this.#parts.store.executions.setStatus(execution.seq, 'RUNNING', 'stopping', null);
    }
    for (const attempt of execution.open.values()) this.#parts.steps.stop(attempt, 'stop');
    this.mayBeOver(execution);
  }

  /** Stops or resumes the scheduling of one of its jobs. */
  setScheduled(execution: LiveExecution, jobName: string, isScheduled: boolean): void {
    this.#parts.store.executions.setScheduled(execution.seq, jobName, isScheduled);
    if (isScheduled) execution.unscheduled.delete(jobName);
    else execution.unscheduled.add(jobName);
  }

  mayBeOver(execution: LiveExecution): void {
    this.#perhapsOver.add(execution);
  }

  /** Ends those of which nothing is under way and nothing can come to be. */
  endThoseOver(): void {
    for (const execution of this.#perhapsOver) if (isOver(execution)) this.#end(execution);
    this.#perhapsOver.clear();
  }

  /** After a rollback: nothing of it happened. */
  forget(): void {
    this.#perhapsOver.clear();
  }

  row(executionId: string): ExecutionRow {
    const row = this.#parts.store.executions.get(executionId);
    if (row === null) throw new Error(`execution ${executionId} is not in the database`);
    return row;
  }

  #startJobs(execution: LiveExecution, now: number): void {
    const { store, publisher, steps, live } = this.#parts;
    publisher.workflowStatus(execution, 'RUNNING', now);
    for (const jobName of execution.version.startJobs) steps.add(execution, jobName);
    takeUpSchedules(store, live(), execution, now);
    this.mayBeOver(execution);
  }

  #end(execution: LiveExecution): void {
    const { store, publisher, steps, live, ended } = this.#parts;
    const now = steps.now();
    const status = finalStatus(execution);
    const reason = status === 'KILLED' && execution.stopping ? 'stopped' : null;
    store.executions.setStatus(execution.seq, status, reason, now);
    store.ruleMarks.clearExecution(execution.seq);
    store.jobTicks.clearExecution(execution.seq);
    store.keptEvents.clearExecution(execution.seq);
    live().removeExecution(execution);
    publisher.workflowStatus(execution, status, now);
    ended(execution.executionId);
    this.#beginWaiting(execution);
  }

  /** Begins those that waited for an execution of their workflow to end, as far as there is room. */
  #beginWaiting({ projectName, workflowName }: LiveExecution): void {
    const { store, publisher, steps, act } = this.#parts;
    const live = this.#parts.live();
    const now = steps.now();
    for (;;) {
      const next = live.firstWaiting(projectName, workflowName);
      const limit = next?.version.limits.executions ?? Infinity;
      if (next === null || live.runningOf(projectName, workflowName) >= limit) return;
      live.beginExecution(next);
      store.executions.begin(next.seq, now);
      this.#startJobs(next, now);
      publisher.tellKept(next, act);
    }
  }
}
