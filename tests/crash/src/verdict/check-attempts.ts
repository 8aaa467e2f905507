import type { JobExecutionInfo } from '@aiflow/core';
import type { JobPlan } from '../stories/plan.ts';
import type { History } from './history.ts';
import type { Violation } from './violation.ts';

/** What the judge heard of one attempt. */
interface Heard {
  starts: number;
  overlaps: number;
  /** The exit code that it was about to end with. */
  end: string | null;
}

export interface AttemptsVerdict {
  readonly violations: readonly Violation[];
  /** Attempts that failed, and of which the judge knows no reason: each needs somebody who killed its keeper. */
  readonly losses: readonly string[];
}

/** Holds what the scheduler says of its attempts to what the jobs themselves said. */
export function checkAttempts({ executions, testimony, usesNode }: History): AttemptsVerdict {
  const violations: Violation[] = [];
  const losses: string[] = [];
  const heard = new Map<string, Heard>();
  for (const { what, attemptId, detail } of testimony) {
    const of = heard.get(attemptId) ?? { starts: 0, overlaps: 0, end: null };
    heard.set(attemptId, of);
    if (what === 'start') of.starts += 1;
    if (what === 'overlap') of.overlaps += 1;
    if (what === 'end') of.end = detail;
  }
  for (const { plan, attempts } of executions) {
    for (const attempt of attempts) {
      const of = heard.get(attempt.jobExecutionId) ?? { starts: 0, overlaps: 0, end: null };
      heard.delete(attempt.jobExecutionId);
      const what = `attempt ${attempt.attemptNumber} of ${attempt.jobName} in ${attempt.workflowExecutionId}`;
      const job = plan.jobs.find(({ name }) => name === attempt.jobName);
      if (of.starts > 1) violations.push({ kind: 'twice', what: `${what} was started ${of.starts} times` });
      const hides = usesNode && job?.stray === true;
      if (of.overlaps > 0 && !hides)
        violations.push({ kind: 'twice', what: `${what} ran beside another attempt` });
      const wrong = wrongEnd(attempt, of, job, plan.mayBeStopped === true);
      if (wrong === 'unexplained') losses.push(`${what}: FAILED ${attempt.error?.code} (${attempt.reason})`);
      else if (wrong !== null) violations.push({ kind: 'lost', what: `${what} ${wrong}` });
    }
  }
  for (const attemptId of heard.keys()) {
    violations.push({ kind: 'lost', what: `attempt ${attemptId} ran, and no scheduler knows it` });
  }
  return { violations, losses };
}

function wrongEnd(
  { status, error }: JobExecutionInfo,
  { starts, end }: Heard,
  job: JobPlan | undefined,
  mayBeStopped: boolean,
): string | null {
  switch (status) {
    case 'FINISHED':
      return starts > 0 && end === '0'
        ? null
        : `is FINISHED, and the judge heard ${starts} starts and end ${end}`;
    case 'FAILED':
      if (end === '1' && error?.code === 'bash.failed') return null;
      if (job?.timeoutSeconds !== undefined && error?.code === 'job.timeout' && end === null) return null;
      return 'unexplained';
    case 'KILLED':
      return mayBeStopped ? null : 'is KILLED, and nobody stopped it';
    case 'INIT':
    case 'RUNNING':
      return null; // its execution is stuck, and that is said
  }
}
