import { isJsonObject } from '../json.ts';
import { isStatus } from '../schedule/status.ts';
import type { Condition, EventCondition, JobStatusCondition } from './conditions.ts';

/** The comparisons in a condition, in order. */
export function leavesOf(condition: Condition): (JobStatusCondition | EventCondition)[] {
  return condition.kind === 'all' || condition.kind === 'any' ? condition.of.flatMap(leavesOf) : [condition];
}

/** The jobs whose status a condition looks at, each once. */
export function jobsOf(condition: Condition): ReadonlySet<string> {
  const found = new Set<string>();
  for (const leaf of leavesOf(condition)) if (leaf.kind === 'job_status') found.add(leaf.jobName);
  return found;
}

/** Whether a condition can be met by an event from outside of the execution. */
export function waitsForEvents(condition: Condition): boolean {
  return leavesOf(condition).some((leaf) => leaf.kind === 'event');
}

/** Far beyond what anybody writes. Within it, all that follows a condition into its parts may call itself. */
export const deepest = 64;
/** Counts a part as often as it is reached: one inside itself, or twice in each of many, would have no end. */
export const mostParts = 1_000_000;

/** Whether a value, whatever it is, is too much for a condition. */
export function isTooLarge(value: unknown, depth = 0, counted = { parts: 0 }): boolean {
  counted.parts += 1;
  if (depth > deepest || counted.parts > mostParts) return true;
  const of = isJsonObject(value) ? value['of'] : undefined;
  return Array.isArray(of) && of.some((part) => isTooLarge(part, depth + 1, counted));
}

/**
 * Whether a value, which may come from anywhere, has the shape of a condition. An empty `all` or `any` has not, nor
 * has one that is nested more than 64 deep or has more than 1,000,000 parts.
 */
export function isCondition(value: unknown): value is Condition {
  return !isTooLarge(value) && hasShape(value);
}

function hasShape(value: unknown): value is Condition {
  if (!isJsonObject(value)) return false;
  const { kind, of } = value;
  if (kind === 'job_status') return typeof value['jobName'] === 'string' && isStatus(value['status']);
  if (kind === 'event') return isEventCondition(value);
  return (kind === 'all' || kind === 'any') && Array.isArray(of) && of.length > 0 && of.every(hasShape);
}

function isEventCondition(value: Readonly<Record<string, unknown>>): boolean {
  const texts = ['key', 'eventType', 'namespace'].every((name) => typeof value[name] === 'string');
  const sender = value['sender'] === null || typeof value['sender'] === 'string';
  const life = value['life'] === 'ONCE' || value['life'] === 'REPEATED';
  const compares =
    value['valueCondition'] === 'EQUALS'
      ? typeof value['value'] === 'string'
      : value['valueCondition'] === 'UPDATED' && value['value'] === null;
  return texts && sender && life && compares;
}
