import type { Event, EventContext, RuleOutcome, WorkflowRule } from '@aiflow/core';
import { RuleMemory } from '@aiflow/core';
import type { WorkflowMarkRow } from '../store/workflow-rule-marks.ts';
import type { WorkflowVersion } from './workflow-version.ts';

/** What an event does to the rules of a workflow as far as they are about one context; null for all. */
export interface ContextOutcome extends RuleOutcome<WorkflowRule> {
  readonly context: string | null;
}

/**
 * What the rules of a workflow remember, of each context apart: what came for one is nothing to another. An event for
 * all is told to the memory of no context (null), and to that of each context of which something is remembered.
 */
export class WorkflowMemories {
  readonly #version: WorkflowVersion;
  readonly #byContext = new Map<string | null, RuleMemory<WorkflowRule>>();

  constructor(version: WorkflowVersion, marks: readonly WorkflowMarkRow[]) {
    this.#version = version;
    for (const [context, own] of Map.groupBy(marks, (mark) => mark.context)) {
      const memory = new RuleMemory(version.workflowRules, own);
      this.#byContext.set(JSON.parse(context) as string | null, memory);
    }
  }

  tell(event: Event, belongsTo: EventContext): ContextOutcome[] {
    const contexts =
      'broadcast' in belongsTo ? new Set([null, ...this.#byContext.keys()]) : new Set(belongsTo.contexts);
    return Array.from(contexts, (context) => ({ context, ...this.#tellOne(event, context) }));
  }

  #tellOne(event: Event, context: string | null): RuleOutcome<WorkflowRule> {
    const memory = this.#byContext.get(context) ?? new RuleMemory(this.#version.workflowRules);
    const outcome = memory.apply(event);
    if (memory.marks().next().done === true) this.#byContext.delete(context);
    else this.#byContext.set(context, memory);
    return outcome;
  }
}
