import type {
  Event,
  JobExecutionInfo,
  JsonObject,
  ProjectContext,
  RuleState,
  Workflow,
  WorkflowExecutionInfo,
  WorkflowInfo,
} from '@aiflow/core';
import type { AutomaticWorkflow } from './automatic.ts';
import type { LogStore } from './log.ts';
import type { Timer } from './timers.ts';

export interface StoredWorkflow {
  readonly workflow: Workflow;
  readonly project: ProjectContext;
  readonly isPaused: boolean;
}

export function infoOf({ workflow, project, isPaused }: StoredWorkflow): WorkflowInfo {
  return {
    namespace: project.projectName,
    workflowName: workflow.workflowName,
    properties: workflow.properties,
    snapshotId: project.snapshotId,
    isPaused,
  };
}

/** One execution with all that belongs to it; infos are replaced and never changed. */
export interface StoredExecution {
  readonly definition: StoredWorkflow;
  readonly parameters: JsonObject;
  info: WorkflowExecutionInfo;
  readonly attempts: JobExecutionInfo[];
  readonly ruleStates: (RuleState | null)[];
  stopping: boolean;
  /** What came for it while it waits for others to end. */
  readonly kept: Event[];
  /** By the attempt's id: how many failures it follows by itself. */
  readonly retries: Map<string, number>;
  /** The attempts that are stopped because they take too long. */
  readonly timedOut: Set<string>;
  /** By the attempt's id: who asked for its stop. */
  readonly stoppedBy: Map<string, 'person' | 'rule'>;
}

/** Whether two executions are of one workflow. */
export function areSiblings(
  { info: { workflowInfo: one } }: StoredExecution,
  { info }: StoredExecution,
): boolean {
  return one.namespace === info.workflowInfo.namespace && one.workflowName === info.workflowInfo.workflowName;
}

/** All that the reference scheduler keeps: it outlives the scheduler, as a database would. */
export interface Store {
  open: boolean;
  readonly workflows: Map<string, StoredWorkflow>;
  readonly executions: Map<string, StoredExecution>;
  readonly keys: Map<string, string>;
  readonly log: LogStore;
  readonly timers: Set<Timer>;
  /** What is known of the schedules and rules of workflows, by their key. */
  readonly automatic: Map<string, AutomaticWorkflow>;
}

const stores = new Map<string, Store>();

export function storeOf(name: string): Store {
  const found = stores.get(name);
  if (found !== undefined) return found;
  const log = { events: [], sequences: new Map() };
  const made: Store = {
    open: false,
    workflows: new Map(),
    executions: new Map(),
    keys: new Map(),
    log,
    timers: new Set(),
    automatic: new Map(),
  };
  stores.set(name, made);
  return made;
}

export function keyOf(...names: readonly string[]): string {
  return JSON.stringify(names);
}
