import type { Event, EventContext, Logger, ProjectContext, RuleAction, Workflow } from '@aiflow/core';
import { canonicalJson, dueTicks, messageOf } from '@aiflow/core';
import { checkPools } from './check-submission.ts';
import type { ExecutionSteps } from './execution-steps.ts';
import type { Home } from './live/home.ts';
import { homeOf, isAtHome } from './live/home.ts';
import type { LiveExecution } from './live/live-execution.ts';
import type { LiveState } from './live/live-state.ts';
import type { WorkflowTick } from './live/live-tick.ts';
import { setNextTick } from './live/live-tick.ts';
import type { LiveWorkflow } from './live/live-workflows.ts';
import { isFor } from './live/live-workflows.ts';
import type { WorkflowVersion } from './live/workflow-version.ts';
import type { Publisher } from './publisher.ts';
import type { Store } from './store/store.ts';
import type { Untold } from './store/untold-events.ts';
import type { WorkflowRow } from './store/workflows.ts';

export interface WorkflowStepsParts {
  readonly store: Store;
  readonly logger: Logger;
  readonly pools: Readonly<Record<string, number>>;
  readonly publisher: Publisher;
  readonly executions: ExecutionSteps;
  readonly live: () => LiveState;
  /** What a rule of a job asks for. */
  readonly act: (execution: LiveExecution, action: RuleAction) => void;
  /** Something waits to be told to a workflow version. */
  readonly waits: (versionId: number) => void;
}

/** An event, and what was found out of where it belongs; or why that could not be. */
export interface Heard {
  readonly event: Event;
  readonly belongsTo: EventContext | { readonly unknown: string };
}

/** Many ticks that are made up for at once would keep everything else waiting. */
const ticksAtOnce = 100;
/** As would many events. */
const eventsAtOnce = 100;

/**
 * What workflows do as a whole: they start executions by their schedules, and start and stop them by their rules.
 *
 * An event is told to the rules of a workflow in a transaction of its own, after that which appended it: then it can
 * wait, for the workflow to be resumed or for a function of the project to say where it belongs, and workflows that
 * start each other without end do not keep a transaction from ending. It is removed from what waits in the transaction
 * that acts.
 */
export class WorkflowSteps {
  readonly #parts: WorkflowStepsParts;

  constructor(parts: WorkflowStepsParts) {
    this.#parts = parts;
  }

  /** Makes it the current version. What is the same as before goes on: schedules at their place, rules with their memory. */
  submit(workflow: Workflow, project: ProjectContext, now: number): WorkflowRow {
    const { store, live, waits } = this.#parts;
    const { projectName } = project;
    const { workflowName } = workflow;
    const before = store.workflows.get(projectName, workflowName);
    const row = store.workflows.submit(workflow, project, now);
    if (before !== null && before.version_id !== row.version_id) this.#replace(before, row);
    store.workflowTicks.set(projectName, workflowName, workflow.schedules, Math.trunc(now));
    live().workflows.reload(projectName, workflowName);
    waits(row.version_id);
    return row;
  }

  /** Ticks and events that come while it is paused are dealt with when it is resumed. */
  setPaused(projectName: string, workflowName: string, isPaused: boolean): WorkflowRow | null {
    const { store, live, waits } = this.#parts;
    store.workflows.setPaused(projectName, workflowName, isPaused);
    live().workflows.reload(projectName, workflowName);
    const row = store.workflows.get(projectName, workflowName);
    if (row !== null) waits(row.version_id);
    return row;
  }

  remove(projectName: string, workflowName: string): void {
    const { store, live } = this.#parts;
    store.workflows.remove(projectName, workflowName);
    store.workflowTicks.set(projectName, workflowName, [], 0);
    store.workflowRuleMarks.clear(projectName, workflowName);
    store.untoldEvents.removeWorkflow(projectName, workflowName);
    live().workflows.reload(projectName, workflowName);
  }

  /** Goes on with what the last process left, also where that knew no schedules of workflows. */
  resume(now: number): void {
    const { store, live, waits } = this.#parts;
    for (const { projectName, workflowName, version } of [...live().workflows.all()]) {
      if (version.schedules.length === 0) continue;
      store.workflowTicks.set(projectName, workflowName, version.schedules, now);
      live().workflows.reload(projectName, workflowName);
    }
    for (const versionId of store.untoldEvents.versions()) waits(versionId);
  }

  /** Puts an event before those that cannot be told of it in this transaction. */
  enqueue(event: Event, home: Home | null): void {
    const { store, live, waits } = this.#parts;
    const { listeners, workflows } = live();
    const versions = new Set<WorkflowVersion>();
    for (const version of listeners.hearing(event)) {
      if (version.contextOf === null && !isAtHome(version, home)) versions.add(version);
    }
    for (const { version } of workflows.hearing(event, home)) versions.add(version);
    for (const { versionId } of versions) {
      store.untoldEvents.add(versionId, event.version);
      waits(versionId);
    }
  }

  /** What waits to be told to a version and can be told now, oldest first. */
  next(versionId: number): readonly Untold[] {
    const { store, live } = this.#parts;
    const isByModule = live().version(versionId).contextOf === null;
    const rests = live().workflows.ofVersion(versionId)?.rests ?? true;
    const wanted = { fresh: isByModule || !rests, kept: !rests };
    return store.untoldEvents.next(versionId, wanted, isByModule ? 1 : eventsAtOnce);
  }

  /** Whether anybody would be told. */
  isHeard(versionId: number): boolean {
    const { listeners, workflows } = this.#parts.live();
    return listeners.has(versionId) || workflows.ofVersion(versionId) !== null;
  }

  /** Tells a version of an event, unless that was done or taken back meanwhile. */
  hear(versionId: number, { event, belongsTo }: Heard): void {
    const { store, live, publisher, act } = this.#parts;
    const { untoldEvents } = store;
    const before = untoldEvents.get(versionId, event.version);
    if (before === null) return;
    if ('unknown' in belongsTo) {
      untoldEvents.park(versionId, event.version, belongsTo.unknown);
      return;
    }
    const version = live().version(versionId);
    const home = homeOf(event, live(), store) ?? null; // of one that is not known nobody was to be told
    if (version.contextOf === null && before.context === null && !isAtHome(version, home)) {
      for (const execution of live().listeners.of(versionId, belongsTo))
        publisher.tellOne(execution, event, act);
    }
    const workflow = live().workflows.ofVersion(versionId);
    if (workflow !== null && isFor(workflow, event)) {
      if (workflow.rests) {
        untoldEvents.keep(versionId, event.version, belongsTo);
        return;
      }
      this.#tellRules(workflow, { event, belongsTo }, home);
    }
    untoldEvents.remove(versionId, event.version);
  }

  /** Starts an execution for each tick that is due and is to be acted on, and remembers the last of each schedule. */
  takeDueTicks(now: number): void {
    const { store, live } = this.#parts;
    const { ticks } = live().workflows;
    const due: WorkflowTick[] = [];
    for (let tick = ticks.take(now); tick !== null; tick = ticks.take(now)) due.push(tick);
    for (const tick of due) {
      const { workflow, schedule, text } = tick;
      const { ticks: given, last } = dueTicks(schedule, { last: tick.last, now, limit: ticksAtOnce });
      tick.last = last;
      store.workflowTicks.put(workflow.projectName, workflow.workflowName, text, last);
      for (let left = given.length; left > 0; left -= 1) this.#start(workflow, null);
      setNextTick(ticks, tick); // perhaps at once, when there are more of them
    }
  }

  /** What waited for the rules of a version waits for those of the next; what these remember stays if they are the same. */
  #replace(before: WorkflowRow, after: WorkflowRow): void {
    const { store, live } = this.#parts;
    const [old, fresh] = [live().version(before.version_id), live().version(after.version_id)];
    if (rulesIn(old) !== rulesIn(fresh)) {
      store.workflowRuleMarks.clear(before.project_name, before.workflow_name);
    }
    if (fresh.workflowRules.rules.length > 0) store.untoldEvents.move(old.versionId, fresh.versionId);
    store.untoldEvents.releaseRules(old.versionId, old.contextOf !== null);
  }

  /** Of the rules that an event makes fire for one context, the first says what is done. */
  #tellRules(
    workflow: LiveWorkflow,
    { event, belongsTo }: { readonly event: Event; readonly belongsTo: EventContext },
    home: Home | null,
  ): void {
    const { store, live, executions } = this.#parts;
    const { projectName, workflowName } = workflow;
    for (const { context, fired, changes } of workflow.memories.tell(event, belongsTo)) {
      store.workflowRuleMarks.apply(projectName, workflowName, context, changes);
      const action = fired[0]?.action ?? 'NONE';
      const running = live().executionsIn(projectName, workflowName, context);
      switch (action) {
        case 'START':
          if (running.length === 0) this.#start(workflow, context);
          break;
        case 'STOP':
          // What belongs to all belongs to those that have a context too.
          for (const execution of context === null
            ? live().executionsOf(projectName, workflowName)
            : running) {
            if (!isAtHome(execution, home) || execution.executionId === home?.executionId)
              executions.stop(execution);
          }
          break;
        case 'NONE':
          break;
      }
    }
  }

  #start({ projectName, workflowName, version }: LiveWorkflow, context: string | null): void {
    const { executions, pools, logger } = this.#parts;
    const { versionId } = version;
    try {
      checkPools(version.jobs.values(), pools); // which may be others than when it was submitted
    } catch (error) {
      logger.error(`workflow "${workflowName}" is to start and cannot: ${messageOf(error)}`);
      return;
    }
    executions.add({ projectName, workflowName, versionId, context, parameters: '{}', idempotencyKey: null });
  }
}

function rulesIn({ workflowRules }: WorkflowVersion): string {
  return canonicalJson(workflowRules.rules.map(({ rule }) => rule));
}
