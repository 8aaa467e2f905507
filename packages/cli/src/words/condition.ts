import type { Condition, EventCondition, JobStatusCondition, Status } from '@aiflow/core';
import { datasetEventType, statusEventTypes } from '@aiflow/core';

/** A condition as the part of a sentence behind "when". */
export function spellCondition(condition: Condition): string {
  return spellPart(condition, { inner: false, alone: true });
}

interface Surroundings {
  /** It stands among others, so that it needs brackets when it holds several. */
  readonly inner: boolean;
  /** It is enough by itself; else it waits for others, and what came first is kept for them. */
  readonly alone: boolean;
}

function spellPart(condition: Condition, { inner, alone }: Surroundings): string {
  if (condition.kind === 'job_status') return `${condition.jobName} ${came[condition.status]}`;
  if (condition.kind === 'event') return `${spellEvent(condition)}${alone ? '' : spellKept(condition)}`;
  const { kind, of } = condition;
  const ended = kind === 'any' ? endedJob(of) : null;
  if (ended !== null) return `${ended} has ended (well or not)`;
  const [only, ...others] = of;
  if (only !== undefined && others.length === 0) return spellPart(only, { inner, alone });
  const parts = of.map((part) => spellPart(part, { inner: true, alone: alone && kind === 'any' }));
  const text = parts.join(kind === 'all' ? ' and ' : ' or ');
  return inner ? `(${text})` : text;
}

const came: Readonly<Record<Status, string>> = {
  INIT: 'has been taken up',
  RUNNING: 'has begun to run',
  FINISHED: 'has finished',
  FAILED: 'has failed',
  KILLED: 'was stopped',
};

/** How long an event counts that waits for others: the last one of its source says what holds. */
function spellKept({ life, value }: EventCondition): string {
  const since = life === 'ONCE' ? ' since the last time' : ' at any time before';
  return value === null ? since : `${since} (and none with another value after it)`;
}

/** The job of which these parts name all three ends, as `ended(job)` does; null when they say something else. */
function endedJob(parts: readonly Condition[]): string | null {
  const leaves = parts.filter((part): part is JobStatusCondition => part.kind === 'job_status');
  const [first] = leaves;
  if (first === undefined || leaves.length !== parts.length) return null;
  const sameJob = leaves.every(({ jobName }) => jobName === first.jobName);
  const ends = ['FINISHED', 'FAILED', 'KILLED'].every((end) => leaves.some(({ status }) => status === end));
  return sameJob && ends && leaves.length === 3 ? first.jobName : null;
}

/** What happens to a version of a model, by the type of the event that tells it. */
const modelEvents = new Map([
  ['MODEL_GENERATED', 'generated'],
  ['MODEL_VALIDATED', 'validated'],
  ['MODEL_DEPLOYED', 'deployed'],
  ['MODEL_DEPRECATED', 'deprecated'],
  ['MODEL_DELETED', 'deleted'],
]);

function spellEvent({ key, value, eventType, namespace, sender }: EventCondition): string {
  const named = (what: string): string => (key === '*' ? `any ${what}` : `the ${what} ${key}`);
  const place = namespace === '*' ? 'any namespace' : `namespace ${namespace}`;
  const from = `${place}${spellSender(sender)}`;
  const modelEvent = modelEvents.get(eventType);
  if (modelEvent !== undefined) {
    const version = value === null ? 'a version' : `version ${value}`;
    return `${version} of ${named('model')} (${from}) has been ${modelEvent}`;
  }
  const valued = value === null ? '' : ` with the value ${JSON.stringify(value)}`;
  if (eventType === datasetEventType) return `${named('dataset')} (${from})${valued} has changed`;
  if (eventType === statusEventTypes.workflow) {
    const project = namespace === '*' ? 'any project' : `project ${namespace}`;
    return `${named('workflow')} of ${project} has come to ${value ?? 'another status'}`;
  }
  const type = eventType === '*' ? 'any type' : `type ${eventType}`;
  return `${key === '*' ? 'any event' : `an event ${key}`}${valued} (${type}, ${from}) has come`;
}

function spellSender(sender: string | null): string {
  if (sender === null) return ', without a sender';
  return sender === '*' ? '' : `, from ${sender}`;
}
