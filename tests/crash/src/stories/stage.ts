import { setTimeout as delay } from 'node:timers/promises';
import type { JobExecutionInfo, NewEvent, StartExecutionOptions, Status } from '@aiflow/core';
import { isAIFlowError, isFinal } from '@aiflow/core';
import type { Room } from '../room.ts';
import { projectName } from '../room.ts';
import type { Seat } from '../scheduler/seat.ts';
import type { Violation } from '../verdict/violation.ts';
import type { WorkflowPlan } from './plan.ts';
import { compilePlan } from './plan.ts';

/** An event that was acknowledged. */
export interface Acknowledged {
  readonly version: number;
  readonly key: string;
  readonly value: string;
  readonly sender: string;
}

/** How long anything may take when nobody kills any more, before it counts as stuck. Machines may be busy. */
const patienceMs = 120_000;

export class Stuck extends Error {}

/** What all stories of a room are played on. It keeps what was acknowledged, for the verdict. */
export class Stage {
  readonly seat: Seat;
  readonly room: Room;
  readonly violations: Violation[] = [];
  readonly plans: WorkflowPlan[] = [];
  readonly acknowledged: Acknowledged[] = [];
  /** The executions whose start was acknowledged. */
  readonly started = new Set<string>();
  /** When the last kill had been, in milliseconds; null while there are more to come. */
  quietSince: number | null = null;

  constructor(seat: Seat, room: Room) {
    this.seat = seat;
    this.room = room;
  }

  async submit(plan: WorkflowPlan): Promise<void> {
    this.plans.push(plan);
    await this.seat.persist('submitWorkflow', await compilePlan(plan), this.room.project);
  }

  /** Starts an execution under a key, by two requests at the same time and as often as they are interrupted. */
  async start(plan: WorkflowPlan, key: string, options: StartExecutionOptions = {}): Promise<string> {
    const ask = async (): Promise<string> => {
      const wish = { ...options, idempotencyKey: key };
      const info = await this.seat.persist('startNewWorkflowExecution', projectName, plan.name, wish);
      if (info !== null) return info.workflowExecutionId;
      this.violate('lost', `workflow ${plan.name} was submitted and is not known`);
      throw new Stuck(`there is no workflow ${plan.name}`);
    };
    const [one, other] = await Promise.all([ask(), ask()]);
    if (one !== other) this.violate('twice', `key ${key} gave the executions ${one} and ${other}`);
    this.started.add(one);
    return one;
  }

  /** Publishes an event under a number of its sender's own, as often as it is interrupted. */
  async publish(event: NewEvent & { readonly sender: string; readonly sequence: number }): Promise<void> {
    const [published] = await this.seat.persist('publish', [event]);
    if (published === undefined) throw new Error('an event was acknowledged without its version');
    const { key, value, sender } = event;
    this.acknowledged.push({ version: published.version, key, value, sender });
  }

  /** Stops an execution. A stop that is written down is not asked for again: the next scheduler has to carry it out. */
  async stop(executionId: string): Promise<void> {
    for (;;) {
      try {
        await this.seat.call('stopWorkflowExecution', executionId);
        return;
      } catch (error) {
        if (!isAIFlowError(error, 'crash.interrupted')) throw error;
      }
      const info = await this.seat.persist('getWorkflowExecution', executionId);
      if (info?.reason === 'stopping') return;
    }
  }

  async untilEnded(executionId: string): Promise<Status> {
    return this.until(`execution ${executionId} to end`, async () => {
      const info = await this.seat.persist('getWorkflowExecution', executionId);
      if (info === null) {
        this.violate('lost', `execution ${executionId} was started and is not known`);
        throw new Stuck(`there is no execution ${executionId}`);
      }
      return isFinal(info.status) ? info.status : null;
    });
  }

  async attempts(executionId: string, jobName: string): Promise<readonly JobExecutionInfo[]> {
    return (await this.seat.persist('getJobExecutions', jobName, executionId)) ?? [];
  }

  /** Whether so many attempts of each job have finished, and none is under way. */
  async haveFinished(executionId: string, jobs: readonly string[], least: number): Promise<boolean> {
    const all = (await this.seat.persist('listJobExecutions', executionId)) ?? [];
    if (all.some(({ status }) => !isFinal(status))) return false;
    const finished = (jobName: string): number =>
      all.filter((each) => each.jobName === jobName && each.status === 'FINISHED').length;
    return jobs.every((jobName) => finished(jobName) >= least);
  }

  /** Asks until the answer is neither null nor false. */
  async until<T>(what: string, probe: () => Promise<T | null | false>): Promise<T> {
    const asked = performance.now();
    for (;;) {
      const found = await probe();
      if (found !== null && found !== false) return found;
      const isOver =
        this.quietSince !== null && performance.now() > Math.max(asked, this.quietSince) + patienceMs;
      if (isOver) throw new Stuck(`it waited in vain for ${what}`);
      await delay(60);
    }
  }

  violate(kind: Violation['kind'], what: string): void {
    this.violations.push({ kind, what });
  }
}
