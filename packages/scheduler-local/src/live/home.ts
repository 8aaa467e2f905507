import type { Event } from '@aiflow/core';
import type { Store } from '../store/store.ts';
import type { LiveState } from './live-state.ts';

/** The execution that an event was sent in: to its workflow the event is of this execution alone. */
export interface Home {
  readonly executionId: string;
  readonly projectName: string;
  readonly workflowName: string;
}

/** Null for an event that was sent in no execution, undefined for one of an execution that is not known. */
export function homeOf(
  { workflowExecutionId: id }: Event,
  live: LiveState,
  store: Store,
): Home | null | undefined {
  if (id === null) return null;
  const execution = live.executions.get(id);
  if (execution !== undefined) return execution;
  const row = store.executions.get(id); // it has ended
  if (row === null) return undefined;
  return { executionId: id, projectName: row.project_name, workflowName: row.workflow_name };
}

/** Whether an event was sent in an execution of this workflow. */
export function isAtHome(
  { projectName, workflowName }: Pick<Home, 'projectName' | 'workflowName'>,
  home: Home | null,
): boolean {
  return home !== null && home.projectName === projectName && home.workflowName === workflowName;
}
