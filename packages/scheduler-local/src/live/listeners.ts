import type { Event } from '@aiflow/core';
import type { LiveExecution } from './live-state.ts';
import type { WorkflowVersion } from './workflow-version.ts';

/**
 * Who hears an event: the running executions by their version and context, so that those whose rules do not look at
 * it, and those of other contexts, cost nothing.
 */
export class Listeners {
  readonly #byVersion = new Map<WorkflowVersion, Map<string | null, Set<LiveExecution>>>();

  add(execution: LiveExecution): void {
    const { version, context } = execution;
    const byContext = this.#byVersion.get(version) ?? new Map<string | null, Set<LiveExecution>>();
    this.#byVersion.set(version, byContext);
    const found = byContext.get(context);
    if (found === undefined) byContext.set(context, new Set([execution]));
    else found.add(execution);
  }

  remove(execution: LiveExecution): void {
    const { version, context } = execution;
    const byContext = this.#byVersion.get(version);
    const found = byContext?.get(context);
    found?.delete(execution);
    if (found?.size === 0) byContext?.delete(context);
    if (byContext?.size === 0) this.#byVersion.delete(version);
  }

  /**
   * Those that the event belongs to and whose rules look at it. An extractor that throws hides the event from its own
   * workflow and from nobody else: `broken` is told.
   */
  of(event: Event, broken: (version: WorkflowVersion, error: unknown) => void): LiveExecution[] {
    const found: LiveExecution[] = [];
    for (const [version, byContext] of this.#byVersion) {
      if (version.rules.matching(event).length === 0) continue;
      try {
        const belongsTo = version.contextOf(event);
        const sets =
          'broadcast' in belongsTo
            ? byContext.values()
            : Array.from(new Set(belongsTo.contexts), (context) => byContext.get(context));
        for (const executions of sets) for (const execution of executions ?? []) found.push(execution);
      } catch (error) {
        broken(version, error);
      }
    }
    return found;
  }
}
