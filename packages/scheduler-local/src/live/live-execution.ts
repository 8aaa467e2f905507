import type { FinalStatus, JobRule, JsonObject, RuleMemory } from '@aiflow/core';
import type { LiveTick } from './live-tick.ts';
import type { WorkflowVersion } from './workflow-version.ts';

/** Why an attempt is stopped: somebody or a rule wants it ended, it is to begin anew, or it takes too long. */
export type StopPurpose = 'stop' | 'rule' | 'restart' | 'timeout';

/** An attempt that has not ended. */
export interface LiveAttempt {
  readonly seq: number;
  readonly attemptId: string;
  readonly attemptNumber: number;
  /** How many failures in a row it follows by itself; 0 for one that somebody or a rule asked for. */
  readonly retryNumber: number;
  readonly jobName: string;
  readonly execution: LiveExecution;
  status: 'INIT' | 'RUNNING';
  /** Whether it has a place among those that may run: its start is commanded. Until then it waits in the queue. */
  begun: boolean;
  /** Whether it may be begun at once when it gets a place, since it is durable that it may be. */
  isGranted: boolean;
  /** Whether it waits to be looked for: the last process may have begun it and not have written that down. */
  isSought: boolean;
  /** Null while it is not being stopped. */
  stopFor: StopPurpose | null;
  /** By the monotonic clock: when a retry enters the queue, or one that runs takes too long. Null for never. */
  dueAt: number | null;
  /** Where its job puts its events; null before it runs. */
  outboxDir: string | null;
}

interface LatestAttempt {
  readonly attemptNumber: number;
  /** What its end means to the execution: a stop by a rule is as good as FINISHED. Null before it. */
  readonly end: FinalStatus | null;
  /** Whether its own end is not known: something of it may still run. */
  readonly mayRun: boolean;
}

/** An execution that has not ended, with counters, so that no transition has to look at all of its jobs. */
export interface LiveExecution {
  readonly seq: number;
  readonly executionId: string;
  readonly projectName: string;
  readonly workflowName: string;
  readonly context: string | null;
  readonly parameters: JsonObject;
  readonly version: WorkflowVersion;
  /** Whether it has to wait for other executions of its workflow to end. */
  waiting: boolean;
  stopping: boolean;
  readonly open: Map<string, LiveAttempt>;
  /** Of each job that ever started: its latest attempt, and how that one ended. */
  readonly latest: Map<string, LatestAttempt>;
  /** How many jobs' latest attempt is FAILED, and how many KILLED. */
  failedJobs: number;
  killedJobs: number;
  readonly ticks: LiveTick[];
  /** The jobs whose scheduling was stopped. */
  readonly unscheduled: Set<string>;
  /** What its rules remember. */
  readonly memory: RuleMemory<JobRule>;
}
