import type {
  EventLog,
  JobExecutionInfo,
  JsonObject,
  PageOptions,
  ParkedEvent,
  ParkedPageOptions,
  ProjectContext,
  Scheduler,
  SchedulerHost,
  StartExecutionOptions,
  Workflow,
  WorkflowExecutionInfo,
  WorkflowInfo,
} from '@aiflow/core';
import { AIFlowError, shownConfig } from '@aiflow/core';
import { checkStart } from './check-start.ts';
import { checkSubmission } from './check-submission.ts';
import { closed } from './closed.ts';
import { LocalEventLog } from './event-log.ts';
import { executionInfo, jobExecutionInfo } from './infos.ts';
import type { LocalSchedulerOptions } from './options.ts';
import type { Stopping } from './requests.ts';
import * as requests from './requests.ts';
import { Session } from './session.ts';

/** The embedded scheduler: one SQLite file, in the process that starts it. */
export class LocalScheduler implements Scheduler {
  readonly config: JsonObject;
  readonly events: EventLog;
  readonly #options: LocalSchedulerOptions;
  readonly #host: SchedulerHost;
  #session: Session | null = null;

  constructor(options: LocalSchedulerOptions, host: SchedulerHost) {
    this.config = shownConfig(options);
    this.events = new LocalEventLog(() => this.#opened());
    this.#options = options;
    this.#host = host;
  }

  async start(): Promise<void> {
    const session = Session.open(this.#options, this.#host);
    this.#session = session;
    try {
      await session.resume();
    } catch (error) {
      session.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#session?.close();
  }

  async submitWorkflow(workflow: Workflow, project: ProjectContext): Promise<WorkflowInfo> {
    const session = this.#opened();
    checkSubmission(workflow, project);
    return session.commit.run(() => requests.submitWorkflow(session, workflow, project));
  }

  async deleteWorkflow(projectName: string, workflowName: string): Promise<WorkflowInfo | null> {
    const session = this.#opened();
    const deleted = await session.commit.run(() =>
      requests.deleteWorkflow(session, projectName, workflowName),
    );
    await untilAllEnded(deleted?.stopping ?? []);
    return deleted?.info ?? null;
  }

  async pauseWorkflowScheduling(projectName: string, workflowName: string): Promise<WorkflowInfo | null> {
    const session = this.#opened();
    return session.commit.run(() => requests.pauseWorkflow(session, projectName, workflowName, true));
  }

  async resumeWorkflowScheduling(projectName: string, workflowName: string): Promise<WorkflowInfo | null> {
    const session = this.#opened();
    return session.commit.run(() => requests.pauseWorkflow(session, projectName, workflowName, false));
  }

  async listParkedEvents(
    projectName: string,
    workflowName: string,
    { limit = 1000, afterVersion = 0 }: ParkedPageOptions = {},
  ): Promise<ParkedEvent[]> {
    const session = this.#opened();
    checkLimit(limit);
    return session.read((store) => store.untoldEvents.parked(projectName, workflowName, afterVersion, limit));
  }

  async startNewWorkflowExecution(
    projectName: string,
    workflowName: string,
    options: StartExecutionOptions = {},
  ): Promise<WorkflowExecutionInfo | null> {
    const session = this.#opened();
    checkStart(options);
    return session.commit.run(() => requests.startExecution(session, projectName, workflowName, options));
  }

  async stopAllWorkflowExecution(
    projectName: string,
    workflowName: string,
  ): Promise<WorkflowExecutionInfo[]> {
    const session = this.#opened();
    const stopping = await session.commit.run(() =>
      requests.stopExecutions(session, projectName, workflowName),
    );
    await untilAllEnded(stopping);
    const rows = await session.read(({ executions }) =>
      stopping.map(({ executionId }) => executions.get(executionId)),
    );
    return rows.filter((row) => row !== null).map(executionInfo);
  }

  async stopWorkflowExecution(workflowExecutionId: string): Promise<WorkflowExecutionInfo | null> {
    const session = this.#opened();
    const stopping = await session.commit.run(() => requests.stopExecution(session, workflowExecutionId));
    await stopping?.ended;
    return this.getWorkflowExecution(workflowExecutionId);
  }

  async getWorkflowExecution(workflowExecutionId: string): Promise<WorkflowExecutionInfo | null> {
    const row = await this.#opened().read(({ executions }) => executions.get(workflowExecutionId));
    return row === null ? null : executionInfo(row);
  }

  async listWorkflowExecutions(
    projectName: string,
    workflowName: string,
    options: PageOptions = {},
  ): Promise<WorkflowExecutionInfo[]> {
    const { limit = 100, cursor } = options;
    checkLimit(limit);
    const rows = await this.#opened().read(({ executions }) => {
      const after = cursor === undefined ? Number.MAX_SAFE_INTEGER : executions.get(cursor)?.seq;
      if (after === undefined) {
        throw new AIFlowError(
          'scheduler.invalid_request',
          `cursor ${JSON.stringify(cursor)} is not an execution's id`,
        );
      }
      return executions.list(projectName, workflowName, after, limit);
    });
    return rows.map(executionInfo);
  }

  async startJobExecution(jobName: string, workflowExecutionId: string): Promise<JobExecutionInfo | null> {
    const session = this.#opened();
    return session.commit.run(() => requests.startJob(session, jobName, workflowExecutionId));
  }

  async stopJobExecution(jobName: string, workflowExecutionId: string): Promise<JobExecutionInfo | null> {
    const session = this.#opened();
    const stopping = await session.commit.run(() => requests.stopJob(session, jobName, workflowExecutionId));
    if (stopping === null) return null;
    await stopping.ended;
    const row = await session.read(({ attempts }) => attempts.get(stopping.attemptSeq));
    return jobExecutionInfo(row, workflowExecutionId);
  }

  async restartJobExecution(jobName: string, workflowExecutionId: string): Promise<JobExecutionInfo | null> {
    const session = this.#opened();
    const answer = await session.commit.run(() => requests.restartJob(session, jobName, workflowExecutionId));
    if (answer === null || !('ended' in answer)) return answer;
    await answer.ended;
    return session.read(() => requests.nextAttempt(session, answer.stopped));
  }

  async stopSchedulingJob(
    jobName: string,
    workflowExecutionId: string,
  ): Promise<WorkflowExecutionInfo | null> {
    const session = this.#opened();
    return session.commit.run(() => requests.setScheduled(session, jobName, workflowExecutionId, false));
  }

  async resumeSchedulingJob(
    jobName: string,
    workflowExecutionId: string,
  ): Promise<WorkflowExecutionInfo | null> {
    const session = this.#opened();
    return session.commit.run(() => requests.setScheduled(session, jobName, workflowExecutionId, true));
  }

  async getJobExecutions(jobName: string, workflowExecutionId: string): Promise<JobExecutionInfo[] | null> {
    const session = this.#opened();
    return session.read(({ executions, attempts }) => {
      const execution = executions.get(workflowExecutionId);
      if (execution === null || !requests.hasJob(session, jobName, workflowExecutionId)) return null;
      return attempts.ofJob(execution.seq, jobName).map((row) => jobExecutionInfo(row, workflowExecutionId));
    });
  }

  async listJobExecutions(workflowExecutionId: string): Promise<JobExecutionInfo[] | null> {
    return this.#opened().read(({ executions, attempts }) => {
      const execution = executions.get(workflowExecutionId);
      if (execution === null) return null;
      return attempts.ofExecution(execution.seq).map((row) => jobExecutionInfo(row, workflowExecutionId));
    });
  }

  #opened(): Session {
    if (this.#session === null || this.#session.closing.aborted) throw closed();
    return this.#session;
  }
}

function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1) return;
  throw new AIFlowError(
    'scheduler.invalid_request',
    `limit must be a whole number of at least 1, not ${limit}`,
  );
}

async function untilAllEnded(stopping: readonly Stopping[]): Promise<void> {
  await Promise.all(stopping.map(({ ended }) => ended));
}
