import type { Condition, JobAction, JobRule, NewEvent, RuleEvent, Status } from '../../src/index.ts';
import { RuleBook, RuleMemory, statusEventTypes } from '../../src/index.ts';
import { defaultNamespace, undefinedEventType } from '../../src/observe/event.ts';

export const job = (jobName: string): { readonly jobName: string } => ({ jobName });

export const rule = (condition: Condition, action: JobAction = 'START', jobName = 'target'): JobRule => ({
  jobName,
  action,
  condition,
});

/** What a log makes of an event that is published. */
export function logged(event: NewEvent, version: number): RuleEvent {
  const { key, value, eventType = undefinedEventType, namespace = defaultNamespace, sender = null } = event;
  return { version, key, value, eventType, namespace, sender };
}

/** What a scheduler publishes when a job comes to a status. */
export function status(jobName: string, value: Status): NewEvent {
  return { key: jobName, value, eventType: statusEventTypes.job, namespace: 'project', sender: 'execution' };
}

/** Tells rules of events one after the other, and gives for each which of the rules fired, by their places. */
export function play(
  rules: readonly JobRule[],
  events: readonly (NewEvent & { readonly version?: number })[],
): number[][] {
  const memory = new RuleMemory(new RuleBook(rules));
  return events.map((event, at) => {
    const { fired } = memory.apply(logged(event, event.version ?? at + 1));
    return fired.map((each) => rules.indexOf(each));
  });
}

/** Whether a rule with this condition fires by each of these events. */
export function fires(
  condition: Condition,
  events: readonly (NewEvent & { readonly version?: number })[],
): boolean[] {
  return play([rule(condition)], events).map((fired) => fired.length > 0);
}
