import assert from 'node:assert/strict';
import { project } from '../workflow.ts';
import { workflowNames } from './definitions.ts';
import { nameOf } from './follow.ts';
import { attemptInfo, executionInfo, shown, translated } from './infos.ts';
import type { Real } from './real.ts';
import type { ModelExecution, State } from './state.ts';
import { attemptsOf, isOpen, versionOf } from './state.ts';

const noSuchJob = 'no_such_job';

/** All that can be seen of a scheduler but for its log, in a shape that the model gives too. */
export async function observe({ scheduler, running }: Real, state: State): Promise<unknown> {
  const executions = state.executions.map(async ({ name }) => {
    const id = nameOf(state, name);
    const attempts = await scheduler.listJobExecutions(id);
    return { info: await scheduler.getWorkflowExecution(id), attempts: attempts?.map(shown) };
  });
  const lists = workflowNames.map(async (name) => {
    const listed = await scheduler.listWorkflowExecutions(project, name, { limit: 1000 });
    return listed.map(({ workflowExecutionId }) => workflowExecutionId);
  });
  const newest = state.executions.at(-1);
  const byJob = newest === undefined ? [] : [...jobsOf(state, newest), noSuchJob];
  return {
    executions: await Promise.all(executions),
    lists: await Promise.all(lists),
    byJob: await Promise.all(
      byJob.map(async (jobName) => {
        const attempts = await scheduler.getJobExecutions(jobName, nameOf(state, newest?.name ?? ''));
        return attempts?.map(({ jobExecutionId }) => jobExecutionId) ?? null;
      }),
    ),
    running: running.map(({ attempt }) => attempt.attemptId).toSorted(),
  };
}

/** What is to be seen of a scheduler that is where the model is. */
export function compare(state: State, observed: unknown): void {
  const executions = state.executions.map((execution) => ({
    info: executionInfo(state, execution),
    attempts: attemptsOf(state, execution).map(attemptInfo),
  }));
  const lists = workflowNames.map((workflowName) =>
    state.executions
      .filter((each) => each.workflowName === workflowName)
      .toReversed()
      .map(({ name }) => name),
  );
  const newest = state.executions.at(-1);
  const byJob = newest === undefined ? [] : [...attemptsByJob(state, newest), null];
  const running = state.attempts
    .filter((attempt) => isOpen(attempt) && ['runs', 'unheard'].includes(attempt.outside))
    .map(({ name }) => nameOf(state, name))
    .toSorted();
  const [all, listed, jobs] = [executions, lists, byJob].map((each) => translated(state, each));
  assert.deepEqual(observed, { executions: all, lists: listed, byJob: jobs, running });
}

function attemptsByJob(state: State, execution: ModelExecution): string[][] {
  return jobsOf(state, execution).map((jobName) =>
    attemptsOf(state, execution, jobName).map(({ name }) => name),
  );
}

function jobsOf(state: State, { version }: ModelExecution): string[] {
  return versionOf(state, version).workflow.jobs.map(({ config }) => config.jobName);
}
