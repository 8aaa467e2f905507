import type { JobConfig } from '@aiflow/core';
import { publishDatasets, publishJob } from './publish.ts';
import type { ModelAttempt, ModelExecution, OutsideEnd, State } from './state.ts';
import { attemptsOf, openAttempt, versionOf } from './state.ts';

/** A new attempt of a job that has none open. */
export function addAttempt(state: State, execution: ModelExecution, jobName: string, retryNumber = 0): void {
  const { retry } = configOf(state, execution, jobName);
  const isRetry = retryNumber > 0 && retry !== undefined;
  const delayMs = isRetry
    ? Math.min(retry.delayMs * retry.backoff ** (retryNumber - 1), retry.maxDelayMs)
    : 0;
  const attempt: ModelAttempt = {
    name: `attempt:${state.attempts.length}`,
    execution,
    jobName,
    number: attemptsOf(state, execution, jobName).length + 1,
    retryNumber,
    status: 'INIT',
    reason: isRetry ? 'retrying' : 'queued',
    error: null,
    begunAt: null,
    endedAt: null,
    stopFor: null,
    isSought: false,
    waitsFor: null,
    dueAt: isRetry ? state.now + delayMs : null,
    outside: 'nothing',
    hasLogs: false,
    mayRun: false,
  };
  state.attempts.push(attempt);
  publishJob(state, attempt, 'INIT');
}

/** What a rule or a tick wants of a job. */
export function act(
  state: State,
  execution: ModelExecution,
  jobName: string,
  action: 'START' | 'STOP' | 'RESTART',
): void {
  if (execution.unscheduled.includes(jobName)) return;
  const open = openAttempt(state, execution, jobName);
  const mayRun = attemptsOf(state, execution, jobName).at(-1)?.mayRun === true;
  if (open === null) {
    if (action !== 'STOP' && !mayRun) addAttempt(state, execution, jobName);
  } else if (action === 'STOP') {
    if (open.stopFor !== 'stop') stopAttempt(open, 'rule'); // what a person stopped stays theirs
  } else if (action === 'RESTART' && (open.stopFor === null || open.stopFor === 'timeout')) {
    restartAttempt(open);
  }
}

export function stopAttempt(attempt: ModelAttempt, purpose: 'stop' | 'rule' | 'restart' | 'timeout'): void {
  attempt.stopFor = purpose;
  attempt.reason = 'stopping';
}

/** One that waits, and cannot have begun, is fresh already: it need not wait for its time any more. */
export function restartAttempt(attempt: ModelAttempt): void {
  const mayRun = attempt.begunAt !== null || attempt.isSought;
  if (mayRun || attempt.stopFor !== null) stopAttempt(attempt, 'restart');
  else enqueue(attempt);
}

export function enqueue(attempt: ModelAttempt): void {
  attempt.dueAt = null;
  attempt.reason = 'queued';
}

/** Its job was submitted. */
export function runAttempt(state: State, attempt: ModelAttempt): void {
  const { timeoutMs } = configOf(state, attempt.execution, attempt.jobName);
  attempt.status = 'RUNNING';
  attempt.hasLogs = true;
  attempt.dueAt = timeoutMs === undefined ? null : state.now + timeoutMs;
  publishJob(state, attempt, 'RUNNING');
}

/** It ended outside, or never got there. */
export function endAttempt(state: State, attempt: ModelAttempt, end: OutsideEnd, isGone = false): void {
  const { execution, jobName, stopFor } = attempt;
  const timedOut = end === 'KILLED' && stopFor === 'timeout';
  if (attempt.outside !== 'nothing' && attempt.outside !== 'gone') attempt.hasLogs = true;
  attempt.status = end === 'lost' || timedOut ? 'FAILED' : end;
  if (timedOut) attempt.reason = 'timeout';
  else if (end === 'KILLED' && stopFor === 'rule') attempt.reason = 'stopped_by_rule';
  else if (end === 'KILLED' && stopFor !== null) attempt.reason = 'stopped';
  else attempt.reason = end === 'lost' ? 'lost' : null;
  attempt.error = errorOf(end, timedOut);
  attempt.endedAt = state.now;
  attempt.dueAt = null;
  attempt.mayRun = end === 'lost';
  const { retry } = configOf(state, execution, jobName);
  const retryNumber = attempt.retryNumber + 1;
  const isRetried =
    attempt.status === 'FAILED' &&
    (end !== 'lost' || isGone) &&
    retryNumber <= (retry?.limit ?? 0) &&
    (stopFor === null || stopFor === 'timeout') &&
    execution.reason !== 'stopping';
  publishJob(state, attempt, attempt.status, !isRetried);
  if (attempt.status === 'FINISHED') publishDatasets(state, attempt);
  if (isRetried) addAttempt(state, execution, jobName, retryNumber);
  else if (stopFor === 'restart' && !attempt.mayRun) addAttempt(state, execution, jobName);
  state.perhapsOver.add(execution);
}

function errorOf(end: OutsideEnd, timedOut: boolean): string | null {
  if (end === 'lost') return 'scheduler.attempt_lost';
  if (end === 'FAILED') return 'scripted.failed';
  return timedOut ? 'job.timeout' : null;
}

export function configOf(state: State, { version }: ModelExecution, jobName: string): JobConfig {
  const job = versionOf(state, version).workflow.jobs.find(({ config }) => config.jobName === jobName);
  if (job === undefined) throw new Error(`the model has no job ${jobName}`);
  return job.config;
}
