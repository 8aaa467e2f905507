import type { Event, EventContext } from '@aiflow/core';
import { RuleShelf } from '@aiflow/core';
import type { LiveExecution } from './live-execution.ts';
import type { WorkflowVersion } from './workflow-version.ts';

interface Audience {
  readonly version: WorkflowVersion;
  readonly byContext: Map<string | null, Set<LiveExecution>>;
}

/**
 * Who hears an event: the executions that have not ended, by their version and context, so that those whose rules do not look at
 * it, and those of other contexts, cost nothing.
 */
export class Listeners {
  readonly #byVersion = new Map<number, Audience>();
  readonly #byRules = new RuleShelf<WorkflowVersion>();

  add(execution: LiveExecution): void {
    const { context } = execution;
    const audience = this.#audienceOf(execution.version);
    const found = audience.byContext.get(context);
    if (found === undefined) audience.byContext.set(context, new Set([execution]));
    else found.add(execution);
  }

  remove(execution: LiveExecution): void {
    const { versionId } = execution.version;
    const audience = this.#byVersion.get(versionId);
    if (audience === undefined) return;
    const { version, byContext } = audience;
    const found = byContext.get(execution.context);
    found?.delete(execution);
    if (found?.size === 0) byContext.delete(execution.context);
    if (byContext.size > 0) return;
    this.#byVersion.delete(versionId);
    this.#byRules.remove(version, version.rules);
  }

  has(versionId: number): boolean {
    return this.#byVersion.has(versionId);
  }

  /** The versions that have executions and whose rules look at an event. */
  hearing(event: Event): WorkflowVersion[] {
    return this.#byRules.hearing(event);
  }

  /** The executions of a version that an event belongs to. */
  of(versionId: number, belongsTo: EventContext): LiveExecution[] {
    const { byContext } = this.#byVersion.get(versionId) ?? {};
    if (byContext === undefined) return [];
    const sets =
      'broadcast' in belongsTo
        ? [...byContext.values()]
        : Array.from(new Set(belongsTo.contexts), (context) => byContext.get(context) ?? []);
    return sets.flatMap((executions) => [...executions]);
  }

  #audienceOf(version: WorkflowVersion): Audience {
    const found = this.#byVersion.get(version.versionId);
    if (found !== undefined) return found;
    const audience: Audience = { version, byContext: new Map() };
    this.#byVersion.set(version.versionId, audience);
    this.#byRules.add(version, version.rules);
    return audience;
  }
}
