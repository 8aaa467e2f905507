import { AIFlowError } from '../errors.ts';
import type { Json } from '../json.ts';
import { canonicalJson, isJsonObject } from '../json.ts';
import { fromWire, toWire } from '../wire.ts';
import type { Workflow } from './workflow.ts';
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
  const format = isJsonObject(value) ? value['format'] : undefined;
  if (typeof format === 'number' && format > workflowFormat) {
    throw new AIFlowError(
      'workflow.newer',
      `this workflow has format ${format} and this @aiflow/core reads up to ${workflowFormat}: install a newer one`,
    );
  }
  if (
    !isJsonObject(value) ||
    format !== workflowFormat ||
    !Array.isArray(value['jobs']) ||
    !Array.isArray(value['rules'])
  ) {
    throw new AIFlowError('workflow.invalid', `expected a compiled workflow of format ${workflowFormat}`);
  }
  return value as unknown as Workflow;
}
