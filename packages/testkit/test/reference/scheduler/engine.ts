import { randomUUID } from 'node:crypto';
import type {
  Attempt,
  AttemptRun,
  AttemptRunner,
  Event,
  JobExecutionInfo,
  JobResult,
  JobRule,
  StartExecutionOptions,
  Status,
  StatusReason,
  WorkflowExecutionInfo,
  WorkflowInfo,
} from '@aiflow/core';
import { AIFlowError, applyEvent, isFinal, messageOf, statusEventTypes } from '@aiflow/core';
import { ReferenceLog } from './log.ts';
import type { Store, StoredExecution, StoredWorkflow } from './store.ts';

/** Moves executions on: every change of a status goes through {@link Engine.change}. */
export class Engine {
  readonly log: ReferenceLog;
  readonly #store: Store;
  readonly #runner: AttemptRunner;
  readonly #runs = new Map<string, AttemptRun>();
  #closed = false;

  constructor(store: Store, runner: AttemptRunner) {
    this.#store = store;
    this.#runner = runner;
    this.log = new ReferenceLog(store.log);
  }

  async resume(): Promise<void> {
    for (const execution of this.#store.executions.values()) {
      for (const info of execution.attempts.filter(({ status }) => !isFinal(status))) {
        const attempt = attemptOf(execution, info);
        const found = await this.#runner.find(attempt);
        this.#watch(execution, info.jobExecutionId, found ?? this.#runner.start(attempt));
      }
    }
  }

  close(): void {
    this.#closed = true;
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
        reason: null,
        properties: {},
        context: options.context ?? null,
        startDate: null,
        endDate: null,
      },
      attempts: [],
      ruleStates: definition.workflow.rules.map(() => null),
      stopping: false,
    };
    this.#store.executions.set(workflowExecutionId, execution);
    this.#changeExecution(execution, 'RUNNING');
    const waiting = new Set(
      definition.workflow.rules.filter(({ action }) => action === 'START').map(({ jobName }) => jobName),
    );
    for (const { config } of definition.workflow.jobs)
      if (!waiting.has(config.jobName)) this.startJob(execution, config.jobName);
    return execution;
  }

  /** The attempt of a job that has not ended. */
  live(execution: StoredExecution, jobName: string): JobExecutionInfo | null {
    return (
      execution.attempts.find((attempt) => attempt.jobName === jobName && !isFinal(attempt.status)) ?? null
    );
  }

  startJob(execution: StoredExecution, jobName: string): JobExecutionInfo {
    const attemptNumber = execution.attempts.filter((attempt) => attempt.jobName === jobName).length + 1;
    const info: JobExecutionInfo = {
      jobName,
      jobExecutionId: randomUUID(),
      attemptNumber,
      workflowExecutionId: execution.info.workflowExecutionId,
      status: 'INIT',
      reason: null,
      startDate: null,
      endDate: null,
      executionLabel: null,
      logDir: null,
      values: {},
      error: null,
    };
    execution.attempts.push(info);
    this.#watch(execution, info.jobExecutionId, this.#runner.start(attemptOf(execution, info)));
    return info;
  }

  async stopAttempt(
    execution: StoredExecution,
    { jobExecutionId }: JobExecutionInfo,
  ): Promise<JobExecutionInfo> {
    const run = this.#runs.get(jobExecutionId);
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
      await this.stopAttempt(execution, live);
      return this.startJob(execution, jobName);
    } finally {
      this.#restarting.delete(execution);
    }
  }
  readonly #restarting = new Set<StoredExecution>();

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
    const follow = async (): Promise<void> => {
      await run.submitted;
      if (this.#closed) return;
      this.#change(execution, id, { status: 'RUNNING', logDir: run.logDir });
      const lost = (error: unknown): JobResult & { readonly reason: StatusReason } => ({
        status: 'FAILED',
        values: {},
        error: { code: 'scheduler.lost', message: messageOf(error), context: {} },
        reason: 'lost',
      });
      const result = await run.result.catch(lost);
      if (!this.#closed) this.#change(execution, id, result);
    };
    void follow();
  }

  #change(execution: StoredExecution, id: string, change: Partial<JobExecutionInfo>): void {
    const index = execution.attempts.findIndex(({ jobExecutionId }) => jobExecutionId === id);
    const before = execution.attempts[index];
    if (before === undefined || before.status === change.status) return;
    const now = new Date().toISOString();
    const status = change.status ?? before.status;
    const dates = isFinal(status) ? { endDate: now } : { startDate: now };
    execution.attempts[index] = { ...before, ...change, ...dates };
    const event = this.#publish(statusEventTypes.job, before.jobName, status, execution, id);
    if (!execution.stopping) this.#tell(execution, event);
    this.#settle(execution);
  }

  /** Tells the rules of an execution an event; of several that fire for one job the first acts. */
  #tell(execution: StoredExecution, event: Event): void {
    const acted = new Set<string>();
    for (const [index, rule] of execution.definition.workflow.rules.entries()) {
      const { fires, state } = applyEvent(rule, execution.ruleStates[index] ?? null, event);
      execution.ruleStates[index] = state;
      if (fires && !acted.has(rule.jobName)) this.#act(execution, rule);
      if (fires) acted.add(rule.jobName);
    }
  }

  #act(execution: StoredExecution, { jobName, action }: JobRule): void {
    const live = this.live(execution, jobName);
    const last = execution.attempts.findLast((attempt) => attempt.jobName === jobName);
    if (last?.reason === 'lost') return; // it may still run
    if (action === 'START' && live === null) this.startJob(execution, jobName);
    if (action === 'STOP' && live !== null) void this.stopAttempt(execution, live);
    if (action === 'RESTART') void this.restartJob(execution, jobName);
  }

  /** Ends the execution when nothing of it runs or will. */
  #settle(execution: StoredExecution): void {
    if (isFinal(execution.info.status) || execution.stopping || this.#restarting.has(execution)) return;
    if (execution.attempts.some(({ status }) => !isFinal(status))) return;
    const newest = new Map(execution.attempts.map(({ jobName, status }) => [jobName, status]));
    const worst = (['FAILED', 'KILLED'] as const).find((status) => [...newest.values()].includes(status));
    this.#changeExecution(execution, worst ?? 'FINISHED');
  }

  #changeExecution(execution: StoredExecution, status: Status, reason: StatusReason | null = null): void {
    const now = new Date().toISOString();
    const dates = isFinal(status) ? { endDate: now } : { startDate: now };
    execution.info = { ...execution.info, status, reason, ...dates };
    this.#publish(
      statusEventTypes.workflow,
      execution.info.workflowInfo.workflowName,
      status,
      execution,
      null,
    );
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
      context,
    });
  }

  async #ended(execution: StoredExecution, id: string): Promise<JobExecutionInfo> {
    for (;;) {
      const found = execution.attempts.find(({ jobExecutionId }) => jobExecutionId === id);
      if (found !== undefined && isFinal(found.status)) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => false,
    () => false,
  );
  const later = new Promise<boolean>((resolve) => setImmediate(() => resolve(true)));
  return await Promise.race([settled, later]);
}

function attemptOf(
  { definition, parameters, info: { workflowExecutionId, context } }: StoredExecution,
  info: JobExecutionInfo,
): Attempt {
  const { workflow, project } = definition;
  const job = workflow.jobs.find(({ config }) => config.jobName === info.jobName);
  if (job === undefined) throw new Error(`the workflow has no job ${info.jobName}`);
  return {
    attemptId: info.jobExecutionId,
    attemptNumber: info.attemptNumber,
    workflowExecutionId,
    projectName: project.projectName,
    workflowName: workflow.workflowName,
    snapshotId: project.snapshotId,
    snapshotUri: project.uri,
    job,
    context,
    parameters,
  };
}
