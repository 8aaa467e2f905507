import { isCondition } from '../define/conditions.ts';
import type { JobRule } from '../define/rules.ts';
import { AIFlowError } from '../errors.ts';
import type { Json } from '../json.ts';
import { canonicalJson, isJsonArray, isJsonObject } from '../json.ts';
import { fromWire, toWire } from '../wire.ts';
import type { Job, Workflow } from './workflow.ts';
import { workflowFormat } from './workflow.ts';

/** A workflow as the text of a file: canonical JSON with the documents' snake_case keys. */
export function serializeWorkflow(workflow: Workflow): string {
  return canonicalJson(toWire(workflow));
}

/**
 * The reverse of {@link serializeWorkflow}. Throws `workflow.invalid` for a text that is no workflow, and
 * `workflow.newer` for one that a newer version of this package wrote.
 */
export function parseWorkflow(text: string): Workflow {
  let value: Json;
  try {
    value = fromWire(JSON.parse(text) as Json);
  } catch (error) {
    throw new AIFlowError('workflow.invalid', 'a compiled workflow must be JSON, and this text is not', {
      cause: error,
    });
  }
  return checkWorkflow(value);
}

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

function findWrong(value: unknown): string | null {
  if (!isJsonObject(value)) return 'this is no object';
  if (value['format'] !== workflowFormat) return 'its format is another';
  if (typeof value['workflowName'] !== 'string') return 'it has no name';
  if (!isJsonObject(value['properties'])) return 'its properties are no object';
  const { jobs, rules, plugins } = value;
  if (!isJsonArray(jobs) || jobs.length === 0) return 'it has no jobs';
  if (!isJsonArray(rules)) return 'it has no list of rules';
  if (!isJsonArray(plugins)) return 'it has no list of plugins';
  const job = jobs.findIndex((item) => !isJob(item));
  if (job !== -1) return `its job ${job + 1} is none`;
  const rule = rules.findIndex((item) => !isRule(item));
  return rule === -1 ? null : `its rule ${rule + 1} is none`;
}

function isJob(value: Json): value is Json & Job {
  if (!isJsonObject(value) || !isJsonObject(value['config'])) return false;
  const { jobName, jobType, properties } = value['config'];
  const texts = [jobName, jobType, value['platform'], value['engine']];
  return (
    texts.every((text) => typeof text === 'string') && isJsonObject(properties) && value['plan'] !== undefined
  );
}

function isRule(value: Json): value is Json & JobRule {
  if (!isJsonObject(value)) return false;
  const { jobName, action, condition } = value;
  return (
    typeof jobName === 'string' &&
    (action === 'START' || action === 'STOP' || action === 'RESTART' || action === 'NONE') &&
    isCondition(condition)
  );
}
