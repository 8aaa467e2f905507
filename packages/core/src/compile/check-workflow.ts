import { isCondition, jobsOf } from '../define/condition-shape.ts';
import { isContextExtractor } from '../define/context-extractor.ts';
import { isWorkflowLimits } from '../define/limits.ts';
import { execModes, isRetryPolicy, runConditions } from '../define/policy.ts';
import { isDataset } from '../define/resources.ts';
import { jobActions, workflowActions } from '../define/rules.ts';
import { AIFlowError } from '../errors.ts';
import { isJsonArray, isJsonObject } from '../json.ts';
import { isSchedule } from '../schedule/schedule-spec.ts';
import type { Workflow } from './workflow.ts';
import { workflowFormat } from './workflow.ts';

/**
 * Gives a value back that has the shape of a compiled workflow, whoever made it. Throws `workflow.invalid`, naming the
 * first place that has not, and `workflow.newer`. Whether its names fit together is for a scheduler to check.
 */
export function checkWorkflow(value: unknown): Workflow {
  const format = isJsonObject(value) ? value['format'] : undefined;
  if (typeof format === 'number' && format > workflowFormat) {
    throw new AIFlowError(
      'workflow.newer',
      `this workflow has format ${format} and this @aiflow/core reads up to ${workflowFormat}: install a newer one`,
    );
  }
  const wrong = findWrong(value);
  if (wrong !== null) {
    throw new AIFlowError(
      'workflow.invalid',
      `expected a compiled workflow of format ${workflowFormat}, and ${wrong}: compile it again`,
    );
  }
  return value as Workflow;
}

type Check = (value: unknown) => boolean;

function findWrong(value: unknown): string | null {
  if (!isJsonObject(value)) return 'this is no object';
  if (value['format'] !== workflowFormat) return 'its format is another';
  if (typeof value['workflowName'] !== 'string') return 'it has no name';
  for (const key of ['properties', 'dependencies']) {
    if (!isJsonObject(value[key])) return `its ${key} are no object`;
  }
  if (!isJsonArray(value['jobs']) || value['jobs'].length === 0) return 'it has no jobs';
  if (!isJsonArray(value['plugins'])) return 'it has no list of plugins';
  for (const [key, what, check] of lists) {
    const list = value[key];
    if (!isJsonArray(list)) return `it has no list of ${what}s`;
    const at = list.findIndex((item) => !check(item));
    if (at !== -1) return `its ${what} ${at + 1} ${whyNot(list[at], what)}`;
  }
  const extractor = value['contextExtractor'];
  if (extractor !== null && !isContextExtractor(extractor)) return 'its context extractor is none';
  return isWorkflowLimits(value['limits']) ? null : 'its limits are none';
}

const isText: Check = (value) => typeof value === 'string';
const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 1;
const isOneOf =
  (known: readonly string[]): Check =>
  (value) =>
    known.some((one) => one === value);
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

const isDatasets = isListOf(isDataset);
const isJobAction = isOneOf(jobActions);
const isWorkflowAction = isOneOf(workflowActions);

/** What a job's configuration may say beside its name, type and properties. */
const policyChecks: Readonly<Record<string, Check>> = {
  platform: isText,
  engine: isText,
  execMode: isOneOf(execModes),
  schedules: isListOf(isSchedule),
  retry: isRetryPolicy,
  timeoutMs: isCount,
  pool: isText,
  poolSlots: isCount,
  runCondition: isOneOf(runConditions),
  labelIntervalMs: isCount,
};

/** The member of a job's configuration that is not as it should be, or null. */
function wrongPolicy(config: Readonly<Record<string, unknown>>): string | null {
  for (const key in policyChecks) {
    const value = config[key];
    if (value !== undefined && policyChecks[key]?.(value) !== true) return key;
  }
  return null;
}

function isJob(value: unknown): boolean {
  return isJobShape(value) && wrongPolicy(value.config) === null;
}

function isJobShape(value: unknown): value is { readonly config: Readonly<Record<string, unknown>> } {
  if (!isJsonObject(value) || !isJsonObject(value['config'])) return false;
  const { plan, platform, engine, inputDatasets = [], outputDatasets = [] } = value;
  const { jobName, jobType, properties } = value['config'];
  return (
    [jobName, jobType, platform, engine].every(isText) &&
    isJsonObject(properties) &&
    plan !== undefined &&
    isDatasets(inputDatasets) &&
    isDatasets(outputDatasets)
  );
}

function isJobRule(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const { jobName, action, condition } = value;
  return isText(jobName) && isJobAction(action) && isCondition(condition);
}

function isWorkflowRule(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  const { action, condition } = value;
  return isWorkflowAction(action) && isCondition(condition) && jobsOf(condition).size === 0;
}

const lists: readonly (readonly [key: string, what: string, check: Check])[] = [
  ['jobs', 'job', isJob],
  ['rules', 'rule', isJobRule],
  ['workflowRules', 'workflow rule', isWorkflowRule],
  ['schedules', 'schedule', isSchedule],
];

function whyNot(item: unknown, what: string): string {
  const policy = what === 'job' && isJobShape(item) ? wrongPolicy(item.config) : null;
  return policy === null ? 'is none' : `has a ${policy} that is none`;
}
