import type Database from 'better-sqlite3';
import { AttemptLabelStore } from './attempt-labels.ts';
import { AttemptStore } from './attempts.ts';
import { EventStore } from './events.ts';
import { ExecutionStore } from './executions.ts';
import { JobTickStore } from './job-ticks.ts';
import { KeptEventStore } from './kept-events.ts';
import { OutboxFileStore } from './outbox-files.ts';
import { RuleMarkStore } from './rule-marks.ts';
import { UntoldEventStore } from './untold-events.ts';
import { WorkflowRuleMarkStore } from './workflow-rule-marks.ts';
import { WorkflowTickStore } from './workflow-ticks.ts';
import { WorkflowStore } from './workflows.ts';

/** All statements of the scheduler, prepared once. Whoever calls them decides about transactions. */
export interface Store {
  readonly workflows: WorkflowStore;
  readonly workflowTicks: WorkflowTickStore;
  readonly workflowRuleMarks: WorkflowRuleMarkStore;
  readonly executions: ExecutionStore;
  readonly attempts: AttemptStore;
  readonly attemptLabels: AttemptLabelStore;
  readonly jobTicks: JobTickStore;
  readonly outboxFiles: OutboxFileStore;
  readonly ruleMarks: RuleMarkStore;
  readonly events: EventStore;
  readonly keptEvents: KeptEventStore;
  readonly untoldEvents: UntoldEventStore;
  /** Writes something, whatever it is: once that is durable all that was written before it is. */
  readonly prove: () => void;
}

export function openStore(connection: Database.Database): Store {
  const prove = connection.prepare(
    "INSERT INTO meta (key, value) VALUES ('doubts', '1') ON CONFLICT DO UPDATE SET value = value + 1",
  );
  return {
    workflows: new WorkflowStore(connection),
    workflowTicks: new WorkflowTickStore(connection),
    workflowRuleMarks: new WorkflowRuleMarkStore(connection),
    executions: new ExecutionStore(connection),
    attempts: new AttemptStore(connection),
    attemptLabels: new AttemptLabelStore(connection),
    jobTicks: new JobTickStore(connection),
    outboxFiles: new OutboxFileStore(connection),
    ruleMarks: new RuleMarkStore(connection),
    events: new EventStore(connection),
    keptEvents: new KeptEventStore(connection),
    untoldEvents: new UntoldEventStore(connection),
    prove: () => void prove.run(),
  };
}
