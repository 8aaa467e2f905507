import type { Condition } from '../define/conditions.ts';
import type { JobAction, JobRule } from '../define/rules.ts';
import type { Status } from './status.ts';

/** What a rule remembers since it last fired: the newest status that each of its jobs came to. */
export type RuleState = Readonly<Record<string, Status>>;

/** A job of an execution came to a status. */
export interface StatusChange {
  readonly jobName: string;
  readonly status: Status;
}

export interface RuleOutcome {
  /** What the rule asks for, or null when it does not fire. */
  readonly action: JobAction | null;
  /** What the rule remembers from now on: nothing after it fired, so that each change is used once. */
  readonly state: RuleState;
}

/**
 * The one place that knows when a rule fires. Pure: the scheduler keeps the state and commits it together with the
 * change. Call it only for changes of jobs that the rule's condition names.
 */
export function applyStatusChange(rule: JobRule, state: RuleState, change: StatusChange): RuleOutcome {
  const seen = { ...state, [change.jobName]: change.status };
  return isMet(rule.condition, seen) ? { action: rule.action, state: {} } : { action: null, state: seen };
}

function isMet(condition: Condition, seen: RuleState): boolean {
  switch (condition.kind) {
    case 'job_status':
      return seen[condition.jobName] === condition.status;
    case 'event':
      return false;
    case 'all':
      return condition.of.every((part) => isMet(part, seen));
    case 'any':
      return condition.of.some((part) => isMet(part, seen));
  }
}
