import type { NewEvent, Status } from '@aiflow/core';
import { datasetEventType, statusEventTypes } from '@aiflow/core';
import { project } from '../workflow.ts';
import type { ModelAttempt, ModelEvent, ModelExecution, State } from './state.ts';
import { versionOf } from './state.ts';

/** A change of a job: of its own execution alone, and told to no rule when a retry follows. */
export function publishJob(state: State, attempt: ModelAttempt, status: Status, isTold = true): void {
  const { execution, jobName: key } = attempt;
  const event = append(state, {
    key,
    value: status,
    eventType: statusEventTypes.job,
    namespace: project,
    sender: execution.name,
    context: attempt.name,
    workflowExecutionId: execution.name,
  });
  if (isTold) state.untold.push({ event, to: execution });
}

export function publishExecution(state: State, { workflowName, name }: ModelExecution, status: Status): void {
  const event = { key: workflowName, value: status, eventType: statusEventTypes.workflow };
  publish(state, { ...event, namespace: project, sender: name, workflowExecutionId: name });
}

/** A job that finished says of each dataset that it writes that it changed. */
export function publishDatasets(state: State, { execution, jobName }: ModelAttempt): void {
  const { jobs } = versionOf(state, execution.version).workflow;
  const job = jobs.find(({ config }) => config.jobName === jobName);
  for (const { name, uri } of job?.outputDatasets ?? []) {
    publish(state, {
      key: name,
      value: uri,
      eventType: datasetEventType,
      sender: execution.name,
      workflowExecutionId: execution.name,
    });
  }
}

/** An event of somebody's. What claims to be the status of a job, or names an unknown execution, is told to nobody. */
export function publish(state: State, { key, value, ...more }: NewEvent): void {
  const { eventType = 'UNDEFINED', namespace = 'default', sender = null, context = null } = more;
  const { workflowExecutionId = null } = more;
  const event = append(state, { key, value, eventType, namespace, sender, context, workflowExecutionId });
  const isKnown = workflowExecutionId === null || homeOf(state, event) !== null;
  if (eventType !== statusEventTypes.job && isKnown) state.untold.push({ event, to: 'all' });
}

/** The execution that an event was sent in. */
export function homeOf(
  { executions }: State,
  { workflowExecutionId: id }: ModelEvent,
): ModelExecution | null {
  return executions.find(({ name }) => name === id) ?? null;
}

function append(state: State, event: Omit<ModelEvent, 'createTime'>): ModelEvent {
  const appended = { ...event, createTime: state.now };
  state.log.push(appended);
  return appended;
}
