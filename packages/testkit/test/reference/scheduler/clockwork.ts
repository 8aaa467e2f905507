import type { Clock, JobExecutionInfo } from '@aiflow/core';
import { dueTicks, isFinal, nextTick, retryDelayMs } from '@aiflow/core';
import type { Engine } from './engine.ts';
import type { EngineFaults } from './faults.ts';
import { configOf } from './pools.ts';
import type { Store, StoredExecution } from './store.ts';
import type { Timer } from './timers.ts';
import { Timers } from './timers.ts';

/** What comes with time: retries, timeouts and the ticks of schedules. */
export class Clockwork {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #faults: EngineFaults;
  readonly #engine: Engine;
  readonly #timers: Timers;

  constructor(store: Store, clock: Clock, faults: EngineFaults, engine: Engine) {
    this.#store = store;
    this.#clock = clock;
    this.#faults = faults;
    this.#engine = engine;
    this.#timers = new Timers(store.timers, clock, (timer) => this.#ring(timer));
  }

  set(timer: Timer): void {
    this.#timers.set(timer);
  }

  resume(): void {
    if (this.#faults.forgetsTimers === true) this.#store.timers.clear();
    this.#timers.resume();
  }

  close(): void {
    this.#timers.close();
  }

  endOfStopped(execution: StoredExecution, id: string): Partial<JobExecutionInfo> {
    if (!execution.timedOut.has(id)) {
      const byRule = execution.stoppedBy.get(id) === 'rule';
      return { status: 'KILLED', reason: byRule ? 'stopped_by_rule' : 'stopped' };
    }
    const error = { code: 'job.timeout', message: 'it ran too long', context: {} };
    return { status: 'FAILED', reason: 'timeout', error };
  }

  setTimeout(execution: StoredExecution, { jobName, jobExecutionId }: JobExecutionInfo): void {
    const { timeoutMs } = configOf(execution, jobName);
    const executionId = execution.info.workflowExecutionId;
    if (timeoutMs === undefined) return;
    const at = this.#clock.now() + timeoutMs;
    this.#timers.set({ at, kind: 'timeout', executionId, subject: jobExecutionId });
  }

  retryDelay(
    execution: StoredExecution,
    { jobName, jobExecutionId }: JobExecutionInfo,
    { reason }: Partial<JobExecutionInfo>,
  ): number | null {
    const policy = configOf(execution, jobName).retry;
    const number = (execution.retries.get(jobExecutionId) ?? 0) + 1;
    if (policy === undefined || reason === 'lost' || number > policy.limit) return null;
    return retryDelayMs(policy, number, 0.5);
  }

  retry(execution: StoredExecution, failed: JobExecutionInfo, delayMs: number): void {
    const number = (execution.retries.get(failed.jobExecutionId) ?? 0) + 1;
    const { jobExecutionId: subject } = this.#engine.startJob(execution, failed.jobName, number);
    const executionId = execution.info.workflowExecutionId;
    this.#timers.set({ at: this.#clock.now() + delayMs, kind: 'retry', executionId, subject });
  }

  setTick(execution: StoredExecution, jobName: string, index: number, last: number): void {
    const schedule = configOf(execution, jobName).schedules?.[index];
    const at = schedule === undefined ? null : nextTick(schedule, last);
    const executionId = execution.info.workflowExecutionId;
    if (at !== null)
      this.#timers.set({ at, kind: 'tick', executionId, subject: `${index} ${jobName}`, last });
  }

  #ring(timer: Timer): void {
    const { kind, executionId, subject, last = 0 } = timer;
    if (kind === 'start') {
      this.#engine.automatic.tick(timer);
      return;
    }
    const execution = this.#store.executions.get(executionId);
    if (execution === undefined || isFinal(execution.info.status)) return;
    if (kind === 'tick') {
      const [index = '', jobName = ''] = subject.split(' ');
      this.#tick(execution, jobName, Number(index), last);
      return;
    }
    const at = execution.attempts.findIndex(({ jobExecutionId }) => jobExecutionId === subject);
    const attempt = execution.attempts[at];
    if (attempt === undefined || isFinal(attempt.status)) return;
    if (kind === 'retry') {
      execution.attempts[at] = { ...attempt, reason: 'queued' };
      this.#engine.fillPools();
    } else {
      execution.timedOut.add(subject);
      if (this.#faults.timesOutAtOnce === true) {
        this.#engine.change(execution, subject, this.endOfStopped(execution, subject));
      }
      this.#engine.stopAttempt(execution, attempt).catch(() => undefined); // closed meanwhile
    }
  }

  #tick(execution: StoredExecution, jobName: string, index: number, before: number): void {
    const schedule = configOf(execution, jobName).schedules?.[index];
    if (schedule === undefined) return;
    const { ticks, last } = dueTicks(schedule, { last: before, now: this.#clock.now() });
    if (ticks.length > 0) this.#engine.act(execution, { jobName, action: 'RESTART' });
    this.setTick(execution, jobName, index, last);
  }
}
