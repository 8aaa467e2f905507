import type { FinalStatus, Status, Workflow } from '@aiflow/core';
import type { RuleHistory } from './rules.ts';

/**
 * What a scheduler is to know, kept in memory and as plain data, so that it can be copied where two ways are open.
 * Ids are made by the scheduler, so the model names executions and attempts itself (`execution:0`, `attempt:0`) and
 * learns from the log what they are called.
 */
export interface State {
  /** Milliseconds since 1970. */
  now: number;
  readonly maxRunning: number;
  readonly pools: Readonly<Record<string, number>>;
  /** Whether the outside holds back stops that are asked for. */
  held: boolean;
  /** Whether starts that are commanded arrive outside and are heard of: a scheduler that dies on the way is one that does not. */
  starts: 'arrive' | 'unheard' | 'lost';
  readonly workflows: Map<string, ModelWorkflow>;
  readonly executions: ModelExecution[];
  readonly attempts: ModelAttempt[];
  readonly log: ModelEvent[];
  /** How many events of the log were found in the real one. */
  seen: number;
  /** Events of the running transaction that the rules were not told yet. */
  readonly untold: { readonly event: ModelEvent; readonly to: ModelExecution | 'all' }[];
  readonly perhapsOver: Set<ModelExecution>;
  /** The executions that have not ended in the order in which they hear an event: by version, then by context. */
  readonly audience: Audience[];
  /** What was published under a sender's sequence. */
  readonly published: Map<string, unknown>;
  /** Which of the answers that were foretold is that of a request: of one that waits for it. */
  readonly asked: Map<number, number>;
  /** What the scheduler calls what the model names. */
  readonly names: Map<string, string>;
  /** Never changed, and so not copied. */
  readonly versions: readonly Version[];
}

/** A workflow as it was submitted once. */
export interface Version {
  readonly number: number;
  readonly workflow: Workflow;
  readonly snapshotId: string;
}

interface Audience {
  readonly version: number;
  readonly byContext: { readonly context: string | null; readonly executions: ModelExecution[] }[];
}

export interface ModelWorkflow {
  readonly name: string;
  version: number;
  isPaused: boolean;
  /** By the schedule as JSON: its last tick, or when it was taken up. */
  ticks: Map<string, number>;
  /** What came for its rules, by the context. */
  histories: Map<string | null, RuleHistory[]>;
  /** The events of which its rules are still to be told. */
  waiting: ModelEvent[];
}

export interface ModelExecution {
  readonly name: string;
  readonly workflowName: string;
  readonly version: number;
  readonly context: string | null;
  readonly idempotencyKey: string | null;
  status: Status;
  reason: 'queued' | 'stopping' | 'stopped' | null;
  startedAt: number | null;
  endedAt: number | null;
  readonly histories: RuleHistory[];
  /** What came for it while it waited. */
  kept: ModelEvent[];
  /** The jobs of which the scheduling is stopped. */
  unscheduled: string[];
  readonly ticks: { readonly jobName: string; readonly schedule: number; last: number }[];
}

/** How an attempt came to an end outside; `lost` when that cannot be known. */
export type OutsideEnd = FinalStatus | 'lost';

export interface ModelAttempt {
  readonly name: string;
  readonly execution: ModelExecution;
  readonly jobName: string;
  readonly number: number;
  readonly retryNumber: number;
  status: Status;
  reason: string | null;
  error: string | null;
  begunAt: number | null;
  endedAt: number | null;
  stopFor: 'stop' | 'rule' | 'restart' | 'timeout' | null;
  /** When it may enter the queue, or runs for too long. */
  dueAt: number | null;
  /** Whether it is not known since the restart that it never began: one may have been granted (decision 27). */
  isSought: boolean;
  /** What it was found to lack a place in, while it waits: its workflow or its pool. */
  waitsFor: string | null;
  /** What there is of it outside: `unheard` when nobody heard that it runs, `gone` when it ran and cannot be found. */
  outside: 'nothing' | 'unheard' | 'runs' | 'gone' | OutsideEnd;
  /** Whether it is known where its output lies. */
  hasLogs: boolean;
  /** Whether something of it may still run, although it ended. */
  mayRun: boolean;
}

export interface ModelEvent {
  readonly key: string;
  readonly value: string;
  readonly eventType: string;
  readonly namespace: string;
  readonly sender: string | null;
  readonly context: string | null;
  readonly workflowExecutionId: string | null;
  readonly createTime: number;
}

export function newState(now: number, maxRunning: number, pools: Readonly<Record<string, number>>): State {
  return {
    now,
    maxRunning,
    pools,
    held: false,
    starts: 'arrive',
    workflows: new Map(),
    executions: [],
    attempts: [],
    log: [],
    seen: 0,
    untold: [],
    perhapsOver: new Set(),
    audience: [],
    published: new Map(),
    asked: new Map(),
    names: new Map(),
    versions: [],
  };
}

export function copy({ versions, ...rest }: State): State {
  return { ...structuredClone(rest), versions };
}

export function versionOf({ versions }: State, number: number): Version {
  const version = versions[number];
  if (version === undefined) throw new Error(`the model has no version ${number}`);
  return version;
}

export function isOpen({ endedAt }: { readonly endedAt: number | null }): boolean {
  return endedAt === null;
}

export function openAttempt(
  { attempts }: State,
  execution: ModelExecution,
  jobName: string,
): ModelAttempt | null {
  return (
    attempts.find((each) => each.execution === execution && each.jobName === jobName && isOpen(each)) ?? null
  );
}

export function attemptsOf({ attempts }: State, execution: ModelExecution, jobName?: string): ModelAttempt[] {
  return attempts.filter(
    (each) => each.execution === execution && (jobName === undefined || each.jobName === jobName),
  );
}
