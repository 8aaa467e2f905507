import { AIFlowError } from '../errors.ts';
import { defaultNamespace, statusEventTypes, undefinedEventType } from '../observe/event.ts';
import type { Status } from '../schedule/status.ts';
import { statuses } from '../schedule/status.ts';
import { checkKeys, checkOneOf, shown } from './check.ts';
import { deepest, isCondition, isTooLarge, mostParts } from './condition-shape.ts';
import type { Dataset, ModelReference } from './resources.ts';

/** How long an event counts for a rule: until the rule fires, or for ever. */
export type EventLife = 'ONCE' | 'REPEATED';

/** Whether an event must carry a certain value, or only has to come. */
export type ValueCondition = 'EQUALS' | 'UPDATED';

/** What rules point at: a job of this workflow. */
export interface JobReference {
  readonly jobName: string;
}

/** Met when a job of the same execution came to a status, until it comes to another. */
export interface JobStatusCondition {
  readonly kind: 'job_status';
  readonly jobName: string;
  readonly status: Status;
}

/**
 * Met by an event. `*` as namespace, type, sender or key stands for any of them, and never for a value. `sender` null
 * means an event without a sender. `value` is null exactly when `valueCondition` is UPDATED.
 */
export interface EventCondition {
  readonly kind: 'event';
  readonly key: string;
  readonly value: string | null;
  readonly valueCondition: ValueCondition;
  readonly eventType: string;
  readonly namespace: string;
  readonly sender: string | null;
  readonly life: EventLife;
}

/** When a rule fires, as data that goes into the compiled workflow unchanged. */
export type Condition =
  | JobStatusCondition
  | EventCondition
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] };

/** A condition that looks at events alone: what rules of workflows take. */
export type WorkflowCondition =
  | EventCondition
  | { readonly kind: 'all'; readonly of: readonly WorkflowCondition[] }
  | { readonly kind: 'any'; readonly of: readonly WorkflowCondition[] };

/** Which events: what is left out takes the same value as in an event that leaves it out, and any sender. */
export interface EventPattern {
  readonly key: string;
  /** `UNDEFINED` unless said. */
  readonly eventType?: string;
  /** `default` unless said. */
  readonly namespace?: string;
  /** Any sender unless said; null for events that have none. */
  readonly sender?: string | null;
  /** ONCE unless said. */
  readonly life?: EventLife;
}

/** With a value only that value counts (EQUALS); without one every event does (UPDATED). */
export type EventSpec = EventPattern &
  (
    | { readonly value: string; readonly valueCondition?: 'EQUALS' }
    | { readonly value?: undefined; readonly valueCondition?: 'UPDATED' }
  );

/** What happens to a version of a model, by AIFlow's names. */
export type ModelVersionEvent = (typeof modelVersionEvents)[number];
const modelVersionEvents = [
  'MODEL_GENERATED',
  'MODEL_VALIDATED',
  'MODEL_DEPLOYED',
  'MODEL_DEPRECATED',
  'MODEL_DELETED',
] as const;

function onStatus(job: JobReference, status: Status): Condition {
  if (typeof job?.jobName !== 'string') {
    throw new AIFlowError(
      'define.invalid_rule',
      `a condition on the status ${status} needs a job, as workflow.job() returns it, not ${shown(job)}`,
    );
  }
  return Object.freeze({ kind: 'job_status', jobName: job.jobName, status });
}

/** Met when an attempt of `job` begins to run. */
export const running = (job: JobReference): Condition => onStatus(job, 'RUNNING');
/** Met when `job` ends well. */
export const finished = (job: JobReference): Condition => onStatus(job, 'FINISHED');
/** Met when `job` fails and is not tried again. */
export const failed = (job: JobReference): Condition => onStatus(job, 'FAILED');
/** Met when `job` was stopped. */
export const killed = (job: JobReference): Condition => onStatus(job, 'KILLED');
/** Met when `job` ended, however. */
export const ended = (job: JobReference): Condition => any(finished(job), failed(job), killed(job));
/** Met when every one of `conditions` is met, in whatever order. Throws `define.condition_too_large`. */
export function all(...conditions: readonly WorkflowCondition[]): WorkflowCondition;
export function all(...conditions: readonly Condition[]): Condition;
export function all(...conditions: readonly Condition[]): Condition {
  return group('all', conditions);
}
/** Met when one of `conditions` is met. Throws `define.condition_too_large`. */
export function any(...conditions: readonly WorkflowCondition[]): WorkflowCondition;
export function any(...conditions: readonly Condition[]): Condition;
export function any(...conditions: readonly Condition[]): Condition {
  return group('any', conditions);
}

function group(kind: 'all' | 'any', of: readonly Condition[]): Condition {
  const made: Condition = { kind, of };
  if (!isTooLarge(made)) return Object.freeze(made);
  throw new AIFlowError(
    'define.condition_too_large',
    `${kind}() makes a condition that is nested more than ${deepest} deep, or of more than ${mostParts} parts: ` +
      'write one all() or any() of many conditions instead of one inside the other',
  );
}

/** Met by an event. Throws `define.invalid_event`. */
export function event(spec: EventSpec): EventCondition {
  checkKeys(spec, ['key', 'value', 'valueCondition', 'eventType', 'namespace', 'sender', 'life'], 'event()');
  const {
    key,
    eventType = undefinedEventType,
    namespace = defaultNamespace,
    sender = '*',
    life = 'ONCE',
  } = spec;
  const valueCondition = spec.valueCondition ?? (spec.value === undefined ? 'UPDATED' : 'EQUALS');
  if ((valueCondition === 'EQUALS') !== (spec.value !== undefined)) {
    throw new AIFlowError(
      'define.invalid_event',
      `event ${shown(key)} has the valueCondition ${shown(valueCondition)}: EQUALS needs a value to compare with, and UPDATED takes none, so ` +
        (spec.value === undefined ? 'add the value' : 'leave the value out'),
    );
  }
  if (key === '') {
    throw new AIFlowError(
      'define.invalid_event',
      'the key of event() is empty: name the events that are meant, or write "*" for those of any key',
    );
  }
  const made: EventCondition = {
    kind: 'event',
    key,
    value: spec.value ?? null,
    valueCondition,
    eventType,
    namespace,
    sender,
    life,
  };
  if (isCondition(made)) return Object.freeze(made);
  const texts = { key, value: spec.value ?? '', eventType, namespace, sender: sender ?? '' };
  const [name, found] =
    Object.entries(texts).find(([, part]) => typeof part !== 'string') ??
    (life === 'ONCE' || life === 'REPEATED' ? ['valueCondition', valueCondition] : ['life', life]);
  throw new AIFlowError(
    'define.invalid_event',
    `the ${name} of event() cannot be ${shown(found)}: key, value, eventType, namespace and sender are texts, ` +
      'life is ONCE or REPEATED, and valueCondition EQUALS or UPDATED',
  );
}

/**
 * Met when a version of a model was generated, validated, deployed, deprecated or deleted: by an event with the
 * model's name as its key, and the version as its value.
 */
export function modelVersion(
  model: ModelReference,
  spec: { readonly event: ModelVersionEvent; readonly version?: string } & Omit<
    EventPattern,
    'key' | 'eventType'
  >,
): EventCondition {
  checkKeys(spec, ['event', 'version', 'namespace', 'sender', 'life'], 'modelVersion()');
  const { event: wanted, version, ...pattern } = spec;
  const eventType = checkOneOf(
    wanted,
    modelVersionEvents,
    'the event of modelVersion()',
    'define.invalid_event',
  );
  const key = typeof model === 'string' ? model : model?.name;
  return event(
    version === undefined ? { ...pattern, key, eventType } : { ...pattern, key, eventType, value: version },
  );
}

/** Met when a dataset changed: a job that writes it finished, or somebody published the event. */
export function datasetChanged(
  dataset: Pick<Dataset, 'name'>,
  pattern: Omit<EventPattern, 'key' | 'eventType'> = {},
): EventCondition {
  checkKeys(pattern, ['namespace', 'sender', 'life'], 'datasetChanged()');
  return event({ ...pattern, key: dataset?.name, eventType: datasetEventType });
}

/** Met when an execution of another workflow came to a status. For rules of workflows. */
export function workflowStatus(
  workflowName: string,
  status: Status,
  { project = '*' }: { readonly project?: string } = {},
): EventCondition {
  return event({
    key: workflowName,
    value: checkOneOf(status, statuses, 'the status of workflowStatus()', 'define.invalid_event'),
    eventType: statusEventTypes.workflow,
    namespace: project,
  });
}

/** AIFlow's older form: any sufficient condition is enough; without one, every necessary condition must be met. */
export function sufficientOrNecessary(conditions: OlderForm<WorkflowCondition>): WorkflowCondition;
export function sufficientOrNecessary(conditions: OlderForm<Condition>): Condition;
export function sufficientOrNecessary(conditions: OlderForm<Condition>): Condition {
  checkKeys(conditions, ['sufficient', 'necessary'], 'sufficientOrNecessary()');
  const { sufficient = [], necessary = [] } = conditions;
  for (const list of [sufficient, necessary] as readonly unknown[]) {
    if (Array.isArray(list)) continue;
    throw new AIFlowError(
      'define.invalid_rule',
      `sufficientOrNecessary() takes lists of conditions, not ${shown(list)}: write [condition]`,
    );
  }
  return any(...sufficient, ...(necessary.length > 0 ? [all(...necessary)] : []));
}

interface OlderForm<Part> {
  readonly sufficient?: readonly Part[];
  readonly necessary?: readonly Part[];
}

/** The type of the event that says that a dataset changed; its key is the dataset's name, its value the URI. */
export const datasetEventType = 'DATASET_CHANGED';
