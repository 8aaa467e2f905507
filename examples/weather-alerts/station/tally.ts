import type { Event } from '@aiflow/core';
import { isFinal, statusEventTypes } from '@aiflow/core';
import { dayKey, namespace, night } from '../weather.ts';
import { endsMonth } from './days.ts';

/** Each behind those that start it. */
export const workflowNames = ['climate', 'forecast', 'deploy', 'alerts'] as const;
export type WorkflowName = (typeof workflowNames)[number];

/** An execution that ended. */
export interface Ended {
  readonly workflow: WorkflowName;
  readonly executionId: string;
  readonly status: string;
}

/**
 * Counts what the log of events tells: what should have been started by now, by the words of the README and not by the
 * rules, and what came of it.
 */
export class Tally {
  /** How many executions of each workflow the events so far are to start. */
  readonly due: Record<WorkflowName, number> = { climate: 0, forecast: 0, deploy: 0, alerts: 0 };
  readonly begun: Record<WorkflowName, Set<string>> = {
    climate: new Set(),
    forecast: new Set(),
    deploy: new Set(),
    alerts: new Set(),
  };
  /** In the order in which they ended. */
  readonly ended: Ended[] = [];
  days = 0;
  version = 0;
  #monthIsOver = false;
  #yearIsOver = false;

  add(event: Event): void {
    this.version = event.version;
    if (event.eventType === statusEventTypes.workflow) this.#execution(event);
    if (event.namespace !== namespace) return;
    if (event.key === dayKey) this.#day(event);
    if (event.key === 'whole_year') this.#yearIsOver = true;
    if (event.key === 'enough_days' && this.#yearIsOver) this.due.forecast += 1;
    if (event.key === night.name && event.eventType === 'MODEL_VALIDATED') this.due.deploy += 1;
  }

  /** It is the morning after the day that came last, when the schedule of a month comes round. */
  morning(): void {
    if (this.#monthIsOver) this.due.climate += 1;
    this.#monthIsOver = false;
  }

  /** What has still to end; null when time can go on. */
  get missing(): string | null {
    for (const name of workflowNames) {
      const ended = this.ended.filter(({ workflow }) => workflow === name).length;
      const due = Math.max(this.due[name], this.begun[name].size);
      if (ended < due) return `${ended} of ${due} executions of ${name} have ended`;
    }
    return null;
  }

  #day({ eventType, value }: Event): void {
    this.morning(); // of the day before
    this.days += 1;
    this.#monthIsOver = endsMonth(JSON.parse(value) as { readonly date: string });
    if (eventType === 'snow') this.due.alerts += 1;
  }

  #execution({ key, value, sender }: Event): void {
    const workflow = workflowNames.find((name) => name === key);
    if (workflow === undefined || sender === null) return;
    this.begun[workflow].add(sender);
    if (isFinal(value)) this.ended.push({ workflow, executionId: sender, status: value });
  }
}
