import { statusEventTypes } from '@aiflow/core';
import { act } from './attempts.ts';
import { endThoseOver } from './executions.ts';
import { fillPlaces } from './places.ts';
import { homeOf } from './publish.ts';
import { looksAtAny, tellRule } from './rules.ts';
import type { ModelEvent, ModelExecution, ModelWorkflow, State } from './state.ts';
import { versionOf } from './state.ts';

/** Follows what was published to its end: rules, then executions that are over, then free places. */
export function settleTransaction(state: State): void {
  do {
    for (const { event, to } of state.untold) {
      if (to === 'all') tellAll(state, event);
      else tellJobs(state, to, event);
    }
    state.untold.length = 0;
    endThoseOver(state, (execution) => tellKept(state, execution));
  } while (state.untold.length > 0);
  fillPlaces(state);
}

/** Whether an event is one for the rules of a workflow. What its own executions come to is nothing to them. */
export function isForRules(state: State, workflow: ModelWorkflow, event: ModelEvent): boolean {
  const isOwn = event.eventType === statusEventTypes.workflow && event.key === workflow.name;
  const { workflowRules } = versionOf(state, workflow.version).workflow;
  return !(isOwn && event.namespace === 'project') && looksAtAny(workflowRules, event);
}

/** Null is all of them. */
export function contextsOf(state: State, version: number, event: ModelEvent): readonly string[] | null {
  const { contextExtractor } = versionOf(state, version).workflow;
  if (contextExtractor === null) return event.context === null ? null : [event.context];
  if (contextExtractor.kind !== 'field') throw new Error('the model knows no modules');
  const context = event[contextExtractor.field];
  return context === null || context === '' ? [] : [context];
}

function tellAll(state: State, event: ModelEvent): void {
  // To the workflow that an event was sent in it is one of that execution alone.
  const home = homeOf(state, event);
  if (home !== null) tellJobs(state, home, event);
  for (const { version, byContext } of [...state.audience]) {
    const { workflow } = versionOf(state, version);
    if (!looksAtAny(workflow.rules, event) || workflow.workflowName === home?.workflowName) continue;
    const contexts = contextsOf(state, version, event);
    const told =
      contexts === null
        ? byContext
        : contexts.flatMap((context) => byContext.find((each) => each.context === context) ?? []);
    for (const execution of told.flatMap(({ executions }) => [...executions])) {
      tellJobs(state, execution, event);
    }
  }
  for (const workflow of state.workflows.values()) {
    if (isForRules(state, workflow, event)) workflow.waiting.push(event);
  }
}

/** Of several rules for one job that fire by one event the first says what is done. */
function tellJobs(state: State, execution: ModelExecution, event: ModelEvent): void {
  if (execution.reason === 'stopping' || execution.endedAt !== null) return;
  const { rules } = versionOf(state, execution.version).workflow;
  if (execution.startedAt === null) {
    if (looksAtAny(rules, event)) execution.kept.push(event);
    return;
  }
  const fired = rules.filter((rule, index) => {
    const history = execution.histories[index];
    return history !== undefined && tellRule(rule.condition, history, event);
  });
  const decided = new Set<string>();
  for (const { jobName, action } of fired) {
    if (!decided.has(jobName) && action !== 'NONE') act(state, execution, jobName, action);
    decided.add(jobName);
  }
}

/** An execution that begins is told, in order, what came while it waited. */
function tellKept(state: State, execution: ModelExecution): void {
  const { kept } = execution;
  execution.kept = [];
  for (const event of kept) tellJobs(state, execution, event);
}
