import { isJsonObject } from '../json.ts';
import { checkKeys, checkWhole } from './check.ts';
import type { WorkflowLimits } from './graph.ts';

const names = ['jobs', 'executions'] as const;
const most = 1_000_000;

/** Limits as they stand in a workflow; `what` says whose. Throws `define.invalid_option` or `define.unknown_option`. */
export function workflowLimits(limits: WorkflowLimits, what: string): WorkflowLimits {
  checkKeys(limits, names, what);
  const { jobs, executions } = limits;
  return {
    ...(jobs !== undefined && { jobs: checkWhole(jobs, 1, most, `the jobs of ${what}`) }),
    ...(executions !== undefined && {
      executions: checkWhole(executions, 1, most, `the executions of ${what}`),
    }),
  };
}

/** Whether a value, which may come from anywhere, has the shape of limits. */
export function isWorkflowLimits(value: unknown): value is WorkflowLimits {
  return (
    isJsonObject(value) &&
    names.every(
      (name) => value[name] === undefined || (Number.isInteger(value[name]) && Number(value[name]) >= 1),
    )
  );
}
