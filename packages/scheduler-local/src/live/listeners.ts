import type { Event, EventContext } from '@aiflow/core';
import type { LiveExecution } from './live-state.ts';
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

  add(execution: LiveExecution): void {
    const { version, context } = execution;
    const audience: Audience = this.#byVersion.get(version.versionId) ?? { version, byContext: new Map() };
    this.#byVersion.set(version.versionId, audience);
    const found = audience.byContext.get(context);
    if (found === undefined) audience.byContext.set(context, new Set([execution]));
    else found.add(execution);
  }

  remove(execution: LiveExecution): void {
    const { version, context } = execution;
    const byContext = this.#byVersion.get(version.versionId)?.byContext;
    const found = byContext?.get(context);
    found?.delete(execution);
    if (found?.size === 0) byContext?.delete(context);
    if (byContext?.size === 0) this.#byVersion.delete(version.versionId);
  }

  has(versionId: number): boolean {
    return this.#byVersion.has(versionId);
  }

  /** The versions that have executions and whose rules look at an event. */
  hearing(event: Event): WorkflowVersion[] {
    const versions = Array.from(this.#byVersion.values(), ({ version }) => version);
    return versions.filter(({ rules }) => rules.matching(event).length > 0);
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
}
