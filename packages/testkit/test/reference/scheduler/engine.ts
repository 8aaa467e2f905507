import { randomUUID } from 'node:crypto';
import type {
  AttemptRun,
  Event,
  JobExecutionInfo,
  RuleAction,
  SchedulerHost,
  StartExecutionOptions,
  Status,
  StatusReason,
  WorkflowExecutionInfo,
  WorkflowInfo,
} from '@aiflow/core';
import {
  AIFlowError,
  datasetEventType,
  isFinal,
  isLongRunning,
  messageOf,
  startsWithExecution,
  statusEventTypes,
} from '@aiflow/core';
import { attemptOf, isPending, lostResult, newAttempt } from './attempts.ts';
import { Automatic } from './automatic.ts';
import { Clockwork } from './clockwork.ts';
import type { EngineFaults } from './faults.ts';
import { ReferenceLog } from './log.ts';
import { takeOutbox } from './outbox.ts';
import { configOf, hasRoom } from './pools.ts';
import type { Store, StoredExecution, StoredWorkflow } from './store.ts';
import { areSiblings } from './store.ts';
import { actionsOn } from './tell.ts';

/** Moves executions on: every change of a status goes through {@link Engine.change}. */
export class Engine {
  readonly log: ReferenceLog;
  readonly automatic: Automatic;
  readonly #store: Store;
  readonly #host: SchedulerHost;
  readonly #faults: EngineFaults;
  readonly #clockwork: Clockwork;
  readonly #runs = new Map<string, AttemptRun>();
  #closed = false;

  constructor(store: Store, host: SchedulerHost, faults: EngineFaults) {
    this.#store = store;
    this.#host = host;
    this.#faults = faults;
    this.#clockwork = new Clockwork(store, host.clock, faults, this);
    this.automatic = new Automatic(store, host, faults, this, (timer) => this.#clockwork.set(timer));
    this.log = new ReferenceLog(
      store.log,
      () => host.clock.now(),
      (event) => this.#tellAll(event),
    );
  }

  async resume(): Promise<void> {
    for (const execution of this.#store.executions.values()) {
      if (this.#faults.forgetsRules === true) execution.ruleStates.fill(null);
      const begun = execution.attempts.filter(({ status, reason }) => !isFinal(status) && reason === null);
      for (const info of begun) {
        const attempt = attemptOf(execution, info);
        const found = await this.#host.runner.find(attempt);
        this.#watch(execution, info.jobExecutionId, found ?? this.#host.runner.start(attempt));
      }
    }
    this.#clockwork.resume();
    this.automatic.resume();
    this.fillPools();
  }

  close(): void {
    this.#closed = true;
    this.automatic.close();
    this.#clockwork.close();
    for (const run of this.#runs.values()) run.detach();
    this.log.close();
  }

  begin(
    definition: StoredWorkflow,
    workflowInfo: WorkflowInfo,
    options: StartExecutionOptions,
  ): StoredExecution {
    const workflowExecutionId = randomUUID();
    const execution: StoredExecution = {
      definition,
      parameters: options.parameters ?? {},
      info: {
        workflowExecutionId,
        workflowInfo,
        status: 'INIT',
        reason: 'queued',
        properties: {},
        context: options.context ?? null,
        startDate: null,
        endDate: null,
        unscheduledJobs: [],
      },
      attempts: [],
      ruleStates: definition.workflow.rules.map(() => null),
      stopping: false,
      kept: [],
      retries: new Map(),
      timedOut: new Set(),
      stoppedBy: new Map(),
    };
    this.#store.executions.set(workflowExecutionId, execution);
    this.#beginWaiting(execution);
    return execution;
  }

  /** Begins what waits of the workflow of an execution, as far as there is room. */
  #beginWaiting(sibling: StoredExecution): void {
    const all = [...this.#store.executions.values()].filter((other) => areSiblings(sibling, other));
    const { executions: limit = Infinity } = sibling.definition.workflow.limits ?? {};
    let running = all.filter(({ info }) => info.status === 'RUNNING').length;
    for (const next of all) {
      if (next.info.status !== 'INIT' || running >= limit || next.stopping) continue;
      running += 1;
      this.#begin(next);
    }
  }

  #begin(execution: StoredExecution): void {
    const { workflow } = execution.definition;
    this.#changeExecution(execution, 'RUNNING');
    for (const jobName of startsWithExecution(workflow)) this.startJob(execution, jobName);
    for (const { config } of workflow.jobs) {
      for (const index of (config.schedules ?? []).keys()) {
        this.#clockwork.setTick(execution, config.jobName, index, this.#host.clock.now());
      }
    }
    for (const event of this.#faults.tellsNewestFirst === true ? execution.kept.toReversed() : execution.kept)
      this.#tell(execution, event);
  }

  /** The attempt of a job that has not ended. */
  live(execution: StoredExecution, jobName: string): JobExecutionInfo | null {
    return (
      execution.attempts.find((attempt) => attempt.jobName === jobName && !isFinal(attempt.status)) ?? null
    );
  }

  startJob(execution: StoredExecution, jobName: string, retry: number = 0): JobExecutionInfo {
    const info = newAttempt(execution, jobName, retry);
    execution.attempts.push(info);
    execution.retries.set(info.jobExecutionId, retry);
    this.fillPools();
    return info;
  }

  /** Begins those that wait and for which there is room. */
  fillPools(): void {
    for (const execution of this.#store.executions.values()) {
      for (const [index, info] of execution.attempts.entries()) {
        if (info.reason !== 'queued' || isFinal(info.status)) continue;
        if (!hasRoom(this.#store, execution, configOf(execution, info.jobName), this.#faults)) continue;
        execution.attempts[index] = { ...info, reason: null };
        const run = this.#host.runner.start(attemptOf(execution, info));
        this.#watch(execution, info.jobExecutionId, run);
      }
    }
  }

  async stopAttempt(
    execution: StoredExecution,
    { jobExecutionId }: JobExecutionInfo,
    by: 'person' | 'rule' = 'person',
    purpose: 'stop' | 'restart' = 'stop',
  ): Promise<JobExecutionInfo> {
    if (purpose === 'stop') this.#stopped.add(jobExecutionId);
    const takesOver = by === 'person' || this.#faults.excusesPersons === true;
    if (takesOver || !execution.stoppedBy.has(jobExecutionId)) execution.stoppedBy.set(jobExecutionId, by);
    const run = this.#runs.get(jobExecutionId);
    if (run === undefined) {
      this.change(execution, jobExecutionId, this.#clockwork.endOfStopped(execution, jobExecutionId));
    }
    try {
      await run?.stop();
    } catch (cause) {
      // When it has ended all the same, how it ended is what counts.
      if (run !== undefined && (await isPending(run.result)))
        throw new AIFlowError('scheduler.stop_failed', messageOf(cause), { cause });
    }
    return await this.#ended(execution, jobExecutionId);
  }

  async restartJob(execution: StoredExecution, jobName: string): Promise<JobExecutionInfo> {
    const live = this.live(execution, jobName);
    if (live === null) return this.startJob(execution, jobName);
    this.#restarting.add(execution);
    try {
      await this.stopAttempt(execution, live, 'person', 'restart');
      return this.startJob(execution, jobName);
    } finally {
      this.#restarting.delete(execution);
    }
  }
  readonly #restarting = new Set<StoredExecution>();
  /** The attempts that somebody or a rule stops, and not to begin them anew. */
  readonly #stopped = new Set<string>();

  async stopExecution(execution: StoredExecution): Promise<WorkflowExecutionInfo> {
    if (isFinal(execution.info.status)) return execution.info;
    execution.stopping = true;
    const live = execution.attempts.filter(({ status }) => !isFinal(status));
    await Promise.all(live.map(async (attempt) => await this.stopAttempt(execution, attempt)));
    if (!isFinal(execution.info.status)) this.#changeExecution(execution, 'KILLED', 'stopped');
    return execution.info;
  }

  #watch(execution: StoredExecution, id: string, run: AttemptRun): void {
    this.#runs.set(id, run);
    run.onLabel?.((executionLabel) => this.#label(execution, id, executionLabel));
    const follow = async (): Promise<void> => {
      await run.submitted;
      if (this.#closed) return;
      this.change(execution, id, { status: 'RUNNING', reason: null, logDir: run.logDir });
      const result = await run.result.catch(lostResult);
      if (this.#closed) return;
      const { context, workflowExecutionId } = execution.info;
      const left = takeOutbox(run.outboxDir).map((event) => ({ ...event, context, workflowExecutionId }));
      await this.log.publish(left);
      this.change(
        execution,
        id,
        result.status === 'KILLED' ? this.#clockwork.endOfStopped(execution, id) : result,
      );
    };
    void follow();
  }

  change(execution: StoredExecution, id: string, change: Partial<JobExecutionInfo>): void {
    const index = execution.attempts.findIndex(({ jobExecutionId }) => jobExecutionId === id);
    const before = execution.attempts[index];
    if (before === undefined || before.status === change.status) return;
    const now = this.#now();
    const status = change.status ?? before.status;
    const dates = isFinal(status) ? { endDate: now, executionLabel: null } : { startDate: now };
    execution.attempts[index] = { ...before, ...change, ...dates };
    if (status === 'RUNNING') this.#clockwork.setTimeout(execution, before);
    const retryDelay = status === 'FAILED' ? this.#clockwork.retryDelay(execution, before, change) : null;
    const event = this.#publish(statusEventTypes.job, before.jobName, status, execution, id);
    const isTold = retryDelay === null || this.#faults.tellsEveryFailure === true;
    if (!execution.stopping && isTold) this.#tell(execution, event);
    if (retryDelay !== null) this.#clockwork.retry(execution, before, retryDelay);
    if (status === 'FINISHED') this.#publishDatasets(execution, before.jobName);
    if (isFinal(status)) this.fillPools();
    this.#settle(execution);
  }

  #label(execution: StoredExecution, id: string, executionLabel: string | null): void {
    const index = execution.attempts.findIndex(({ jobExecutionId }) => jobExecutionId === id);
    const attempt = execution.attempts[index];
    if (attempt !== undefined && !this.#closed) execution.attempts[index] = { ...attempt, executionLabel };
  }

  #publishDatasets({ definition, info }: StoredExecution, jobName: string): void {
    const job = definition.workflow.jobs.find(({ config }) => config.jobName === jobName);
    const sender = info.workflowExecutionId;
    for (const { name, uri } of job?.outputDatasets ?? []) {
      void this.log.publish([
        { key: name, value: uri, eventType: datasetEventType, sender, workflowExecutionId: sender },
      ]);
    }
  }

  /** Tells an event from outside to the executions that it belongs to. */
  #tellAll(event: Event): void {
    if (event.eventType === statusEventTypes.job && this.#faults.believesAnyStatus !== true) return;
    const { executions } = this.#store;
    const home = executions.get(event.workflowExecutionId ?? '');
    if (event.workflowExecutionId !== null && home === undefined && this.#faults.tellsUnknown !== true)
      return;
    this.automatic.hear(event);
    for (const execution of executions.values()) {
      const isOfContext = event.context === null || event.context === execution.info.context;
      const isAtHome = home !== undefined && areSiblings(home, execution) && this.#faults.leaks !== true;
      const belongs = isAtHome ? execution === home : isOfContext;
      if (!belongs || execution.stopping || isFinal(execution.info.status)) continue;
      if (execution.info.status === 'RUNNING') this.#tell(execution, event);
      else if (this.#faults.losesEarly !== true) execution.kept.push(event);
    }
  }

  #tell(execution: StoredExecution, event: Event): void {
    for (const action of actionsOn(execution, event)) this.act(execution, action);
  }

  act(execution: StoredExecution, { jobName, action }: RuleAction): void {
    if (execution.info.unscheduledJobs.includes(jobName)) return;
    const live = this.live(execution, jobName);
    const last = execution.attempts.findLast((attempt) => attempt.jobName === jobName);
    if (last?.reason === 'lost') return; // it may still run
    if (action === 'START' && live === null) this.startJob(execution, jobName);
    if (action === 'STOP' && live !== null)
      void this.stopAttempt(execution, live, this.#faults.blamesRules === true ? 'person' : 'rule');
    const isStopped = live !== null && this.#stopped.has(live.jobExecutionId);
    if (isStopped && this.#faults.restartsStopped !== true) return; // the stop came first
    if (action === 'RESTART') void this.restartJob(execution, jobName);
  }

  /** Ends the execution when nothing of it runs or will. */
  #settle(execution: StoredExecution): void {
    if (isFinal(execution.info.status) || execution.stopping || this.#restarting.has(execution)) return;
    if (execution.attempts.some(({ status }) => !isFinal(status))) return;
    if (isLongRunning(execution.definition.workflow)) return;
    const newest = new Map(execution.attempts.map((attempt) => [attempt.jobName, attempt]));
    const statuses = [...newest.values()]
      .filter(({ reason }) => reason !== 'stopped_by_rule')
      .map(({ status }) => status);
    const worst = (['FAILED', 'KILLED'] as const).find((status) => statuses.includes(status));
    this.#changeExecution(execution, worst ?? 'FINISHED');
  }

  #changeExecution(execution: StoredExecution, status: Status, reason: StatusReason | null = null): void {
    const now = this.#now();
    const dates = isFinal(status) ? { endDate: now } : { startDate: now };
    execution.info = { ...execution.info, status, reason, ...dates };
    const { workflowName } = execution.info.workflowInfo;
    this.automatic.hear(this.#publish(statusEventTypes.workflow, workflowName, status, execution, null));
    if (isFinal(status)) this.#beginWaiting(execution);
  }

  #publish(
    eventType: string,
    key: string,
    value: Status,
    { info }: StoredExecution,
    context: string | null,
  ): Event {
    return this.log.append({
      key,
      value,
      eventType,
      namespace: info.workflowInfo.namespace,
      sender: info.workflowExecutionId,
      workflowExecutionId: info.workflowExecutionId,
      context,
    });
  }

  #now(): string {
    return new Date(this.#host.clock.now()).toISOString();
  }

  async #ended(execution: StoredExecution, id: string): Promise<JobExecutionInfo> {
    for (;;) {
      const found = execution.attempts.find(({ jobExecutionId }) => jobExecutionId === id);
      if (found !== undefined && isFinal(found.status)) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
