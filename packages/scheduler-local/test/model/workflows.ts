import type { IntervalSchedule, Workflow, WorkflowRule } from '@aiflow/core';
import { addExecution, openExecutionsOf, stopExecution } from './executions.ts';
import { homeOf } from './publish.ts';
import { newHistories, remembers, tellRule } from './rules.ts';
import type { ModelEvent, ModelWorkflow, State } from './state.ts';
import { versionOf } from './state.ts';
import { contextsOf, isForRules } from './transaction.ts';

/** The same again is no new version; schedules and rules that stay the same go on where they are. */
export function submit(state: State, workflow: Workflow, snapshotId: string): ModelWorkflow {
  const { workflowName: name } = workflow;
  const held = state.workflows.get(name);
  const before = held === undefined ? null : versionOf(state, held.version);
  const isSame = same(before?.workflow, workflow) && before?.snapshotId === snapshotId;
  const added: ModelWorkflow = held ?? {
    name,
    version: 0,
    isPaused: false,
    ticks: new Map(),
    histories: new Map(),
    waiting: [],
  };
  state.workflows.set(name, added);
  if (!isSame) {
    added.version = state.versions.length;
    Object.assign(state, { versions: [...state.versions, { number: added.version, workflow, snapshotId }] });
    if (!same(before?.workflow.workflowRules, workflow.workflowRules)) added.histories.clear();
    if (workflow.workflowRules.length === 0) added.waiting = [];
  }
  const ticks = workflow.schedules.map((schedule) => JSON.stringify(schedule));
  added.ticks = new Map(ticks.map((schedule) => [schedule, added.ticks.get(schedule) ?? state.now]));
  return added;
}

/**
 * Tells the rules of a workflow of the event that waits first. In which order its contexts come nobody says: `way` picks
 * an order, and this gives how many there are.
 */
export function hear(state: State, workflow: ModelWorkflow, way: number): number {
  const event = workflow.waiting.shift();
  if (event === undefined || !isForRules(state, workflow, event)) return 1;
  const contexts = contextsOf(state, workflow.version, event);
  const orders = ordersOf([...workflow.histories.keys()].filter((context) => context !== null));
  for (const context of contexts ?? [null, ...(orders[way] ?? [])]) {
    const fired = tellIn(state, workflow, event, context);
    if (fired[0] !== undefined) act(state, workflow, { context, event }, fired[0]);
  }
  return contexts === null ? orders.length : 1;
}

/** Tells them of the events by which nothing fires: when that is done is nothing to anybody else. */
export function hearQuietly(state: State, workflow: ModelWorkflow): void {
  for (let [event] = workflow.waiting; event !== undefined; [event] = workflow.waiting) {
    const histories = structuredClone(workflow.histories);
    if (isForRules(state, workflow, event)) {
      const contexts = contextsOf(state, workflow.version, event);
      for (const context of contexts ?? new Set([null, ...histories.keys()])) {
        if (tellIn(state, { ...workflow, histories }, event, context).length > 0) return;
      }
    }
    workflow.histories = histories;
    workflow.waiting.shift();
  }
}

/** The rules that fire, of what came for one context. */
function tellIn(
  state: State,
  { version, histories }: ModelWorkflow,
  event: ModelEvent,
  context: string | null,
): WorkflowRule[] {
  const { workflowRules: rules } = versionOf(state, version).workflow;
  const own = histories.get(context) ?? newHistories(rules);
  const all = rules.map((rule, index) => ({ rule, history: own[index] ?? { told: [], used: 0 } }));
  const fired = all.filter(({ rule, history }) => tellRule(rule.condition, history, event));
  if (all.some(({ rule, history }) => remembers(rule.condition, history))) histories.set(context, own);
  else histories.delete(context);
  return fired.map(({ rule }) => rule);
}

/** Of several rules that fire the first acts. A start is skipped while an execution of the context has not ended. */
function act(
  state: State,
  workflow: ModelWorkflow,
  { context, event }: { readonly context: string | null; readonly event: ModelEvent },
  { action }: WorkflowRule,
): void {
  const open = openExecutionsOf(state, workflow.name);
  const own = open.filter((execution) => execution.context === context);
  if (action === 'START' && own.length === 0) addExecution(state, workflow, context);
  if (action !== 'STOP') return;
  // An event that was sent in one of its executions stops no other of them.
  const home = homeOf(state, event);
  for (const each of context === null ? open : own) {
    if (home?.workflowName !== workflow.name || each === home) stopExecution(state, each);
  }
}

function ordersOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item) =>
    ordersOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

/** When the next tick of a schedule comes that was acted on last, or taken up, at this time. */
export function tickAfter({ intervalMs, startDate }: IntervalSchedule, last: number): number {
  if (startDate === null) return last + intervalMs;
  let tick = Date.parse(startDate);
  while (tick <= last) tick += intervalMs;
  return tick;
}

/** How often a schedule that was late is made up for, and the tick from which it goes on. */
export function dueOf(
  schedule: IntervalSchedule,
  last: number,
  now: number,
): { times: number; last: number } {
  const ticks: number[] = [];
  for (let tick = tickAfter(schedule, last); tick <= now; tick = tickAfter(schedule, tick)) ticks.push(tick);
  const newest = ticks.at(-1);
  if (newest === undefined) return { times: 0, last };
  const isMissed = now - newest > 60_000;
  const times = { latest: 1, all: ticks.length, none: isMissed ? 0 : 1 }[schedule.missedTicks];
  return { times, last: newest };
}

export function intervalOf(schedule: { readonly kind: string }): IntervalSchedule {
  if (schedule.kind !== 'interval') throw new Error('the model knows no cron');
  return schedule as IntervalSchedule;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
