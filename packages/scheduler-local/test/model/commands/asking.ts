import type { Workflow } from '@aiflow/core';
import * as fc from 'fast-check';
import { project } from '../../workflow.ts';
import { contexts, definition, workflowNames } from '../definitions.ts';
import { workflowInfo } from '../infos.ts';
import type { Pair } from '../pair.ts';
import * as requests from '../requests.ts';
import { submit } from '../workflows.ts';
import type { Command } from './command.ts';
import { command, pickExecution, pickJob } from './command.ts';

const name = fc.constantFrom(...workflowNames);
const picked = fc.nat(100);

export function submitting(workflow: Workflow, snapshot: string): Command {
  return command(`submit(${JSON.stringify(workflow)}, ${snapshot})`, ({ ask }) => {
    const snapshotId = snapshot.repeat(64);
    const context = { projectName: project, snapshotId, uri: `memory:${snapshot}` };
    ask(
      'submitWorkflow',
      (scheduler) => scheduler.submitWorkflow(workflow, context),
      (state) => requests.now(workflowInfo(state, submit(state, workflow, snapshotId))),
    );
  });
}

export function starting(name: string, context: string | null, key: string | null): Command {
  return command(`start(${name}, ${context}, ${key})`, (pair) => start(pair, name, context, key));
}

export function start({ ask }: Pair, name: string, context: string | null, key: string | null): void {
  const options = { context, ...(key !== null && { idempotencyKey: key }) };
  ask(
    `startNewWorkflowExecution(${name})`,
    (scheduler) => scheduler.startNewWorkflowExecution(project, name, options),
    (state) => requests.startExecution(state, name, context, key),
  );
}

function pausing(name: string, isPaused: boolean): Command {
  const method = isPaused ? 'pauseWorkflowScheduling' : 'resumeWorkflowScheduling';
  return command(`${method}(${name})`, ({ ask }) =>
    ask(
      method,
      (scheduler) => scheduler[method](project, name),
      (state) => requests.pause(state, name, isPaused),
    ),
  );
}

function deleting(name: string): Command {
  return command(`delete(${name})`, ({ ask }) =>
    ask(
      'deleteWorkflow',
      (scheduler) => scheduler.deleteWorkflow(project, name),
      (state) => requests.deleteWorkflow(state, name),
    ),
  );
}

function stoppingAll(name: string): Command {
  return command(`stopAll(${name})`, ({ ask }) =>
    ask(
      'stopAllWorkflowExecution',
      (scheduler) => scheduler.stopAllWorkflowExecution(project, name),
      (state) => requests.stopAll(state, name),
    ),
  );
}

function stopping(picked: number): Command {
  return command(`stop(${picked})`, (pair) => {
    const name = pickExecution(pair, picked);
    pair.ask(
      'stopWorkflowExecution',
      (scheduler) => scheduler.stopWorkflowExecution(pair.idOf({ name })),
      (state) => requests.stopOne(state, name),
    );
  });
}

const jobMethods = {
  startJobExecution: requests.startJob,
  stopJobExecution: requests.stopJob,
  restartJobExecution: requests.restartJob,
} as const;

function ofJob(method: keyof typeof jobMethods, execution: number, job: number): Command {
  return command(`${method}(${job}, ${execution})`, (pair) => {
    const name = pickExecution(pair, execution);
    const jobName = pickJob(pair, name, job);
    pair.ask(
      `${method}(${jobName})`,
      (scheduler) => scheduler[method](jobName, pair.idOf({ name })),
      (state) => jobMethods[method](state, name, jobName),
    );
  });
}

function scheduling(isScheduled: boolean, execution: number, job: number): Command {
  const method = isScheduled ? 'resumeSchedulingJob' : 'stopSchedulingJob';
  return command(`${method}(${job}, ${execution})`, (pair) => {
    const name = pickExecution(pair, execution);
    const jobName = pickJob(pair, name, job);
    pair.ask(
      `${method}(${jobName})`,
      (scheduler) => scheduler[method](jobName, pair.idOf({ name })),
      (state) => requests.setScheduled(state, name, jobName, isScheduled),
    );
  });
}

const context = fc.constantFrom(null, null, ...contexts);
const method = fc.constantFrom<keyof typeof jobMethods>(
  'startJobExecution',
  'stopJobExecution',
  'restartJobExecution',
);

/** The methods of the contract that change something. What only tells is compared after each command. */
export const asking: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(definition, fc.constantFrom('a', 'b')).map((all) => submitting(...all)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(name, context, fc.constantFrom(null, null, null, 'key', 'other'))
      .map((all) => starting(...all)),
  },
  { weight: 1, arbitrary: fc.tuple(name, fc.boolean()).map((all) => pausing(...all)) },
  { weight: 1, arbitrary: name.map(deleting) },
  { weight: 1, arbitrary: name.map(stoppingAll) },
  { weight: 2, arbitrary: picked.map(stopping) },
  { weight: 2, arbitrary: fc.tuple(fc.boolean(), picked, picked).map((all) => scheduling(...all)) },
  { weight: 6, arbitrary: fc.tuple(method, picked, picked).map((all) => ofJob(...all)) },
);
