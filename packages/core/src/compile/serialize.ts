import { AIFlowError } from '../errors.ts';
import type { Json } from '../json.ts';
import { canonicalJson, isDeeperThan } from '../json.ts';
import { fromWire, toWire } from '../wire.ts';
import { checkWorkflow } from './check-workflow.ts';
import type { Workflow } from './workflow.ts';

/** Far beyond what is compiled; within it, all that follows a workflow into its parts may call itself. */
const deepest = 1000;

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
    value = JSON.parse(text) as Json;
  } catch (error) {
    throw new AIFlowError('workflow.invalid', 'a compiled workflow must be JSON, and this text is not', {
      cause: error,
    });
  }
  if (isDeeperThan(value, deepest)) {
    throw new AIFlowError(
      'workflow.invalid',
      `a compiled workflow must not be nested more than ${deepest} deep, and this one is: compile it again`,
    );
  }
  return checkWorkflow(fromWire(value));
}
