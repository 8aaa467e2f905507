import type { Event, RuleBook, Schedule } from '@aiflow/core';
import { RuleShelf, statusEventTypes } from '@aiflow/core';
import type { Store } from '../store/store.ts';
import type { WorkflowRow } from '../store/workflows.ts';
import type { Home } from './home.ts';
import { isAtHome } from './home.ts';
import type { WorkflowTick } from './live-tick.ts';
import { setNextTick } from './live-tick.ts';
import { Timetable } from './timetable.ts';
import { WorkflowMemories } from './workflow-memories.ts';
import type { WorkflowVersion } from './workflow-version.ts';

/** A submitted workflow that has schedules or rules of its own. */
export interface LiveWorkflow {
  readonly projectName: string;
  readonly workflowName: string;
  /** The one that was submitted last. */
  readonly version: WorkflowVersion;
  /** Whether its schedules and rules wait: it is paused, or nothing starts by itself here. */
  readonly rests: boolean;
  readonly memories: WorkflowMemories;
  readonly ticks: WorkflowTick[];
}

export interface LiveWorkflowsParts {
  readonly store: Store;
  readonly version: (versionId: number) => WorkflowVersion;
  readonly startsByItself: boolean;
}

/** The workflows that start executions by themselves, as the database has them. */
export class LiveWorkflows {
  /** By the wall clock. */
  readonly ticks: Timetable<WorkflowTick> = new Timetable();
  readonly #parts: LiveWorkflowsParts;
  readonly #byName = new Map<string, LiveWorkflow>();
  readonly #byVersion = new Map<number, LiveWorkflow>();
  readonly #byRules = new RuleShelf<LiveWorkflow>();

  constructor(parts: LiveWorkflowsParts) {
    this.#parts = parts;
    for (const row of parts.store.workflows.active()) this.#add(row);
  }

  all(): Iterable<LiveWorkflow> {
    return this.#byName.values();
  }

  /** The workflow of which this is the version that was submitted last; null also when it has no rule or schedule. */
  ofVersion(versionId: number): LiveWorkflow | null {
    return this.#byVersion.get(versionId) ?? null;
  }

  /** Those that are to be told of an event, at once or when they rest no longer. */
  hearing(event: Event, home: Home | null): LiveWorkflow[] {
    if (!this.#parts.startsByItself) return [];
    const hearing = this.#byRules.hearing(event);
    return hearing.filter(
      (workflow) =>
        isFor(workflow, event) || (!isAtHome(workflow, home) && mayBeForWhatItStarts(workflow, event)),
    );
  }

  /** Takes over what the database says of a workflow now. */
  reload(projectName: string, workflowName: string): void {
    const key = keyOf(projectName, workflowName);
    const before = this.#byName.get(key);
    if (before !== undefined) {
      for (const tick of before.ticks) tick.dueAt = null;
      this.#byName.delete(key);
      this.#byVersion.delete(before.version.versionId);
      for (const book of booksOf(before)) this.#byRules.remove(before, book);
    }
    const row = this.#parts.store.workflows.get(projectName, workflowName);
    if (row !== null) this.#add(row);
  }

  #add(row: WorkflowRow): void {
    const { project_name: projectName, workflow_name: workflowName } = row;
    const { store, startsByItself } = this.#parts;
    const version = this.#parts.version(row.version_id);
    if (version.schedules.length === 0 && version.workflowRules.rules.length === 0) return;
    const memories = new WorkflowMemories(version, store.workflowRuleMarks.of(projectName, workflowName));
    const rests = row.is_paused === 1 || !startsByItself;
    const workflow: LiveWorkflow = { projectName, workflowName, version, rests, memories, ticks: [] };
    for (const { schedule, last } of store.workflowTicks.of(projectName, workflowName)) {
      const parsed = JSON.parse(schedule) as Schedule;
      const tick: WorkflowTick = { workflow, schedule: parsed, text: schedule, last, dueAt: null };
      workflow.ticks.push(tick);
      if (!rests) setNextTick(this.ticks, tick);
    }
    this.#byName.set(keyOf(projectName, workflowName), workflow);
    this.#byVersion.set(version.versionId, workflow);
    for (const book of booksOf(workflow)) this.#byRules.add(workflow, book);
  }
}

/** The rules for which events may have to wait. */
function booksOf({ version }: LiveWorkflow): readonly RuleBook[] {
  const { contextOf, workflowRules, rules } = version;
  return contextOf === null ? [workflowRules, rules] : [workflowRules];
}

/** Whether rules of the workflow look at an event. What its own executions come to is nothing to it: it would go on for ever. */
export function isFor({ version, projectName, workflowName }: LiveWorkflow, event: Event): boolean {
  const isOwn =
    event.eventType === statusEventTypes.workflow &&
    event.key === workflowName &&
    event.namespace === projectName;
  return !isOwn && version.workflowRules.matching(event).length > 0;
}

/** An event that waits behind another may be for an execution that the other one starts. */
function mayBeForWhatItStarts({ version }: LiveWorkflow, event: Event): boolean {
  return version.contextOf === null && version.rules.matching(event).length > 0;
}

function keyOf(projectName: string, workflowName: string): string {
  return JSON.stringify([projectName, workflowName]);
}
