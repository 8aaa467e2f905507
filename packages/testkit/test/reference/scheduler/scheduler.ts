import type {
  JobExecutionInfo,
  JsonObject,
  PageOptions,
  ParkedEvent,
  ParkedPageOptions,
  ProjectContext,
  Scheduler,
  StartExecutionOptions,
  Workflow,
  WorkflowExecutionInfo,
  WorkflowInfo,
} from '@aiflow/core';
import { AIFlowError, isFinal } from '@aiflow/core';
import type { SchedulerPlace } from '../../../src/index.ts';
import { Engine } from './engine.ts';
import type { EngineFaults } from './faults.ts';
import { checkPools } from './pools.ts';
import type { Store, StoredExecution } from './store.ts';
import { infoOf, keyOf, storeOf } from './store.ts';

/** A scheduler in memory, as small as one can be that keeps every promise. */
export class ReferenceScheduler implements Scheduler {
  readonly config: JsonObject = {};
  readonly #store: Store;
  readonly #engine: Engine;
  #open = false;

  constructor({ name, host }: SchedulerPlace, faults: EngineFaults = {}) {
    this.#store = storeOf(name);
    this.#engine = new Engine(this.#store, host, faults);
  }

  get events() {
    return this.#engine.log;
  }

  async start(): Promise<void> {
    if (this.#store.open)
      throw new AIFlowError('scheduler.busy', 'another scheduler has this store: close it first');
    this.#store.open = true;
    this.#open = true;
    await this.#engine.resume();
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#engine.close();
    this.#store.open = false;
  }

  async submitWorkflow(workflow: Workflow, project: ProjectContext): Promise<WorkflowInfo> {
    const key = this.#key(project.projectName, workflow.workflowName);
    checkPools(workflow);
    const stored = { workflow, project, isPaused: this.#store.workflows.get(key)?.isPaused ?? false };
    this.#store.workflows.set(key, stored);
    this.#engine.automatic.submit(key);
    return infoOf(stored);
  }

  async deleteWorkflow(projectName: string, workflowName: string): Promise<WorkflowInfo | null> {
    const key = this.#key(projectName, workflowName);
    const found = this.#store.workflows.get(key);
    if (found === undefined) return null;
    await this.stopAllWorkflowExecution(projectName, workflowName);
    this.#store.workflows.delete(key);
    this.#store.automatic.delete(key);
    return infoOf(found);
  }

  async pauseWorkflowScheduling(projectName: string, workflowName: string): Promise<WorkflowInfo | null> {
    return this.#pause(projectName, workflowName, true);
  }

  async resumeWorkflowScheduling(projectName: string, workflowName: string): Promise<WorkflowInfo | null> {
    return this.#pause(projectName, workflowName, false);
  }

  async listParkedEvents(
    projectName: string,
    workflowName: string,
    { limit = 1000, afterVersion = 0 }: ParkedPageOptions = {},
  ): Promise<ParkedEvent[]> {
    const parked = this.#engine.automatic.parked(this.#key(projectName, workflowName));
    return parked.filter(({ event }) => event.version > afterVersion).slice(0, limit);
  }

  async startNewWorkflowExecution(
    projectName: string,
    workflowName: string,
    options: StartExecutionOptions = {},
  ): Promise<WorkflowExecutionInfo | null> {
    const definition = this.#store.workflows.get(this.#key(projectName, workflowName));
    if (definition === undefined) return null;
    const key =
      options.idempotencyKey === undefined ? null : keyOf(projectName, workflowName, options.idempotencyKey);
    const before = this.#store.executions.get(this.#store.keys.get(key ?? '') ?? '');
    if (key !== null && before !== undefined) return before.info;
    const execution = this.#engine.begin(definition, infoOf(definition), options);
    if (key !== null) this.#store.keys.set(key, execution.info.workflowExecutionId);
    return execution.info;
  }

  async stopAllWorkflowExecution(
    projectName: string,
    workflowName: string,
  ): Promise<WorkflowExecutionInfo[]> {
    const running = this.#executionsOf(projectName, workflowName).filter(({ info }) => !isFinal(info.status));
    return await Promise.all(running.map(async (execution) => await this.#engine.stopExecution(execution)));
  }

  async stopWorkflowExecution(id: string): Promise<WorkflowExecutionInfo | null> {
    const execution = this.#execution(id);
    return execution === null ? null : await this.#engine.stopExecution(execution);
  }

  async getWorkflowExecution(id: string): Promise<WorkflowExecutionInfo | null> {
    return this.#execution(id)?.info ?? null;
  }

  async listWorkflowExecutions(
    projectName: string,
    workflowName: string,
    { limit = 100, cursor }: PageOptions = {},
  ): Promise<WorkflowExecutionInfo[]> {
    const newestFirst = this.#executionsOf(projectName, workflowName)
      .map(({ info }) => info)
      .reverse();
    const from =
      cursor === undefined ? 0 : newestFirst.findIndex((info) => info.workflowExecutionId === cursor) + 1;
    return newestFirst.slice(from, from + limit);
  }

  async startJobExecution(jobName: string, id: string): Promise<JobExecutionInfo | null> {
    const execution = this.#executionWith(jobName, id);
    if (execution === null) return null;
    if (execution.info.status !== 'RUNNING' || this.#engine.live(execution, jobName) !== null)
      throw notAllowed('start', jobName);
    return this.#engine.startJob(execution, jobName);
  }

  async stopJobExecution(jobName: string, id: string): Promise<JobExecutionInfo | null> {
    const execution = this.#executionWith(jobName, id);
    if (execution === null) return null;
    const live = this.#engine.live(execution, jobName);
    if (live === null) throw notAllowed('stop', jobName);
    return await this.#engine.stopAttempt(execution, live);
  }

  async restartJobExecution(jobName: string, id: string): Promise<JobExecutionInfo | null> {
    const execution = this.#executionWith(jobName, id);
    if (execution === null) return null;
    if (execution.info.status !== 'RUNNING') throw notAllowed('restart', jobName);
    return await this.#engine.restartJob(execution, jobName);
  }

  async stopSchedulingJob(jobName: string, id: string): Promise<WorkflowExecutionInfo | null> {
    return this.#setScheduled(jobName, id, false);
  }

  async resumeSchedulingJob(jobName: string, id: string): Promise<WorkflowExecutionInfo | null> {
    return this.#setScheduled(jobName, id, true);
  }

  async getJobExecutions(jobName: string, id: string): Promise<JobExecutionInfo[] | null> {
    return (
      this.#executionWith(jobName, id)?.attempts.filter((attempt) => attempt.jobName === jobName) ?? null
    );
  }

  async listJobExecutions(id: string): Promise<JobExecutionInfo[] | null> {
    return this.#execution(id)?.attempts.slice() ?? null;
  }

  #setScheduled(jobName: string, id: string, isScheduled: boolean): WorkflowExecutionInfo | null {
    const execution = this.#executionWith(jobName, id);
    if (execution === null) return null;
    if (execution.info.status !== 'RUNNING') throw notAllowed('be scheduled', jobName);
    const others = execution.info.unscheduledJobs.filter((name) => name !== jobName);
    const unscheduledJobs = isScheduled ? others : [...others, jobName].sort();
    execution.info = { ...execution.info, unscheduledJobs };
    return execution.info;
  }

  #pause(projectName: string, workflowName: string, isPaused: boolean): WorkflowInfo | null {
    const key = this.#key(projectName, workflowName);
    const found = this.#store.workflows.get(key);
    if (found === undefined) return null;
    const changed = { ...found, isPaused };
    this.#store.workflows.set(key, changed);
    if (!isPaused) this.#engine.automatic.wake(key);
    return infoOf(changed);
  }

  #key(projectName: string, workflowName: string): string {
    this.#checkOpen();
    return keyOf(projectName, workflowName);
  }

  #executionsOf(projectName: string, workflowName: string): StoredExecution[] {
    this.#checkOpen();
    return [...this.#store.executions.values()].filter(
      ({ info: { workflowInfo } }) =>
        workflowInfo.namespace === projectName && workflowInfo.workflowName === workflowName,
    );
  }

  #execution(id: string): StoredExecution | null {
    this.#checkOpen();
    return this.#store.executions.get(id) ?? null;
  }

  #executionWith(jobName: string, id: string): StoredExecution | null {
    const found = this.#execution(id);
    const has = found?.definition.workflow.jobs.some((job) => job.config.jobName === jobName) ?? false;
    return has ? found : null;
  }

  #checkOpen(): void {
    if (!this.#open)
      throw new AIFlowError('scheduler.closed', 'the scheduler is not running: call start() first');
  }
}

function notAllowed(verb: string, jobName: string): AIFlowError {
  return new AIFlowError('scheduler.not_allowed', `job "${jobName}" cannot ${verb} now`);
}
