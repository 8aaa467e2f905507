import type { Event, JobExecutionInfo, WorkflowExecutionInfo } from '@aiflow/core';
import Database from 'better-sqlite3';
import type { Room, Testimony } from '../room.ts';
import { projectName } from '../room.ts';
import type { Seat } from '../scheduler/seat.ts';
import type { WorkflowPlan } from '../stories/plan.ts';

export interface ExecutionHistory {
  readonly plan: WorkflowPlan;
  readonly info: WorkflowExecutionInfo;
  readonly attempts: readonly JobExecutionInfo[];
}

/** All that is known when everything has ended: what the scheduler says, and what the judge has heard. */
export interface History {
  readonly executions: readonly ExecutionHistory[];
  readonly events: readonly Event[];
  readonly testimony: readonly Testimony[];
  /** Whether plain Node launched some of the jobs: what hides from it may then run beside the next attempt. */
  readonly usesNode: boolean;
  /** By the name of the workflow: the last tick of its schedule that was dealt with, in milliseconds since 1970. */
  readonly lastTicks: ReadonlyMap<string, number>;
}

export async function collectHistory(
  room: Room,
  seat: Seat,
  plans: readonly WorkflowPlan[],
): Promise<History> {
  const executions: ExecutionHistory[] = [];
  for (const plan of plans) {
    const found = await seat.persist('listWorkflowExecutions', projectName, plan.name, { limit: 1000 });
    for (const info of found) {
      const attempts = (await seat.persist('listJobExecutions', info.workflowExecutionId)) ?? [];
      executions.push({ plan, info, attempts });
    }
  }
  const events: Event[] = [];
  for (;;) {
    const afterVersion = events.at(-1)?.version ?? 0;
    const page = await seat.persist('list', { afterVersion }, { limit: 1000 });
    events.push(...page);
    if (page.length < 1000) break;
  }
  return {
    executions,
    events,
    testimony: room.testimony(),
    usesNode: room.usesNode(),
    lastTicks: lastTicksIn(room),
  };
}

function lastTicksIn({ stateDir }: Room): Map<string, number> {
  const reader = new Database(`${stateDir}/scheduler.db`, { readonly: true });
  try {
    const rows = reader
      .prepare<unknown[], { readonly name: string; readonly last: number }>(
        'SELECT workflow_name AS name, last FROM workflow_ticks',
      )
      .all();
    return new Map(rows.map(({ name, last }) => [name, last]));
  } finally {
    reader.close();
  }
}
