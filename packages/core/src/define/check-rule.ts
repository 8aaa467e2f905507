import { AIFlowError } from '../errors.ts';
import { shown } from './check.ts';
import { isCondition, jobsOf } from './condition-shape.ts';
import type { Condition } from './conditions.ts';

/** What rules are set on, and by which call, for messages: `startWhen() of job "a"`. */
interface Place {
  readonly what: string;
  readonly workflowName: string;
}

/** A rule's condition as it goes into the graph. Throws `define.invalid_rule`, or `define.unknown_job` unless `hasJob`. */
export function jobCondition(
  condition: Condition,
  { what, workflowName }: Place,
  hasJob: (jobName: string) => boolean,
): Condition {
  const checked = checkCondition(condition, what, 'finished(otherJob)');
  for (const jobName of jobsOf(checked)) {
    if (hasJob(jobName)) continue;
    throw new AIFlowError(
      'define.unknown_job',
      `${what} names job ${shown(jobName)}, which workflow "${workflowName}" does not have`,
    );
  }
  return checked;
}

/** The same for a rule of a workflow, which looks at events alone. Throws `define.invalid_rule`. */
export function workflowCondition(condition: Condition, { what, workflowName }: Place): Condition {
  const checked = checkCondition(condition, what, "event({ key: 'new_data' })");
  const [jobName] = jobsOf(checked);
  if (jobName === undefined) return checked;
  throw new AIFlowError(
    'define.invalid_rule',
    `${what} looks at job ${shown(jobName)}, and a rule of a workflow looks at events alone: for a whole workflow write ` +
      `workflowStatus('${workflowName}', 'FINISHED'), and for a job set the rule on a job`,
  );
}

function checkCondition(condition: Condition, what: string, example: string): Condition {
  if (isCondition(condition)) return conditionCopy(condition);
  throw new AIFlowError(
    'define.invalid_rule',
    `${what} needs a condition, such as ${example} or all(…) with at least one, not ${shown(condition)}`,
  );
}

/** A copy that nobody can change, of what belongs to a condition alone. */
function conditionCopy(condition: Condition): Condition {
  switch (condition.kind) {
    case 'job_status': {
      const { kind, jobName, status } = condition;
      return Object.freeze({ kind, jobName, status });
    }
    case 'event': {
      const { kind, key, value, valueCondition, eventType, namespace, sender, life } = condition;
      return Object.freeze({ kind, key, value, valueCondition, eventType, namespace, sender, life });
    }
    case 'all':
    case 'any':
      return Object.freeze({
        kind: condition.kind,
        of: Object.freeze(condition.of.map(conditionCopy)),
      });
  }
}
