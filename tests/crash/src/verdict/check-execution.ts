import { isFinal } from '@aiflow/core';
import { firingsOf } from './firings.ts';
import type { ExecutionHistory } from './history.ts';
import type { Runs } from './runs.ts';
import { runsOf } from './runs.ts';
import type { Violation } from './violation.ts';

/** Whether an execution ended as its graph, and the ends of its attempts, demand. */
export function checkExecution({ plan, info, attempts }: ExecutionHistory): Violation[] {
  const id = info.workflowExecutionId;
  const open = attempts.filter(({ status }) => !isFinal(status));
  if (!isFinal(info.status) || open.length > 0) {
    const left = open.map((each) => `${each.jobName} ${each.attemptNumber} ${each.status} ${each.reason}`);
    return [{ kind: 'stuck', what: `execution ${id} of ${plan.name} is ${info.status}: ${left.join(', ')}` }];
  }
  const isStopped = info.reason === 'stopped' || plan.mayBeStopped === true;
  const runs = new Map<string, Runs>();
  for (const job of plan.jobs) {
    const own = attempts.filter(({ jobName }) => jobName === job.name);
    runs.set(job.name, runsOf(job, own, isStopped));
  }
  const found: Violation[] = [];
  for (const job of plan.jobs) {
    const { count = 0, unretried = null } = runs.get(job.name) ?? {};
    const what = `job ${job.name} of ${id} (${plan.name})`;
    if (unretried !== null) {
      found.push({ kind: 'lost', what: `${what}: no retry follows attempt ${unretried.attemptNumber}` });
    }
    const numbers = attempts.filter(({ jobName }) => jobName === job.name).map((each) => each.attemptNumber);
    if (numbers.some((number, at) => number !== at + 1)) {
      found.push({ kind: 'lost', what: `${what} has the attempts ${numbers.join(', ')}` });
    }
    if (job.restartWhen !== undefined || job.schedule !== undefined || job.hangs === 100) continue; // its story knows
    const firings = job.startWhen === undefined ? { least: 1, most: 1 } : firingsOf(job.startWhen, runs);
    if (firings === null) continue;
    if (count > firings.most) {
      found.push({ kind: 'twice', what: `${what} ran ${count} times, and was to ${firings.most} times` });
    }
    if (count < firings.least && !isStopped) {
      found.push({ kind: 'lost', what: `${what} was to run, and did not` });
    }
  }
  const lasts = [...runs.values()].map(({ last }) => last);
  const isKilled = info.reason === 'stopped' || plan.jobs.some(({ name }) => wasKilled(name, attempts));
  const expected = lasts.includes('FAILED') ? 'FAILED' : isKilled ? 'KILLED' : 'FINISHED';
  if (info.status !== expected) {
    found.push({
      kind: 'lost',
      what: `execution ${id} of ${plan.name} ended ${info.status}, not ${expected}`,
    });
  }
  return found;
}

/** Whether its last attempt was, and not by a rule: a job that its own rule stops counts as well done. */
function wasKilled(name: string, attempts: ExecutionHistory['attempts']): boolean {
  const last = attempts.findLast(({ jobName }) => jobName === name);
  return last?.status === 'KILLED' && last.reason !== 'stopped_by_rule';
}
