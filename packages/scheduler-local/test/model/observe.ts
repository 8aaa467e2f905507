import assert from 'node:assert/strict';
import { project } from '../workflow.ts';
import { workflowNames } from './definitions.ts';
import { nameOf } from './follow.ts';
import { attemptInfo, executionInfo, shown, translated } from './infos.ts';
import type { Real } from './real.ts';
import type { State } from './state.ts';
import { attemptsOf, isOpen, versionOf } from './state.ts';

const noSuchJob = 'no_such_job';

/** All that can be seen of a scheduler but for its log, in a shape that the model gives too. */
export async function observe({ scheduler, running }: Real, state: State): Promise<unknown> {
  const executions = state.executions.map(async ({ name, version }) => {
    const id = nameOf(state, name);
    const jobs = versionOf(state, version).workflow.jobs.map(({ config }) => config.jobName);
    return {
      info: await scheduler.getWorkflowExecution(id),
      attempts: (await scheduler.listJobExecutions(id))?.map(shown),
      byJob: await Promise.all(
        [...jobs, noSuchJob].map(async (jobName) => {
          const attempts = await scheduler.getJobExecutions(jobName, id);
          return attempts?.map(({ jobExecutionId }) => jobExecutionId) ?? null;
        }),
      ),
    };
  });
  const lists = workflowNames.map(async (name) => {
    const listed = await scheduler.listWorkflowExecutions(project, name, { limit: 1000 });
    return listed.map(({ workflowExecutionId }) => workflowExecutionId);
  });
  return {
    executions: await Promise.all(executions),
    lists: await Promise.all(lists),
    running: running.map(({ attempt }) => attempt.attemptId).toSorted(),
  };
}

/** What is to be seen of a scheduler that is where the model is. */
export function compare(state: State, observed: unknown): void {
  const executions = state.executions.map((execution) => {
    const jobs = versionOf(state, execution.version).workflow.jobs.map(({ config }) => config.jobName);
    const byJob = jobs.map((jobName) => attemptsOf(state, execution, jobName).map(({ name }) => name));
    return {
      info: executionInfo(state, execution),
      attempts: attemptsOf(state, execution).map(attemptInfo),
      byJob: [...byJob, null],
    };
  });
  const lists = workflowNames.map((workflowName) =>
    state.executions
      .filter((each) => each.workflowName === workflowName)
      .toReversed()
      .map(({ name }) => name),
  );
  const isRunning = ({ outside }: { outside: string }): boolean =>
    outside === 'runs' || outside === 'unheard';
  const running = state.attempts.filter((attempt) => isOpen(attempt) && isRunning(attempt));
  const ids = running.map(({ name }) => nameOf(state, name)).toSorted();
  const expected = {
    executions: translated(state, executions),
    lists: translated(state, lists),
    running: ids,
  };
  assert.deepEqual(observed, expected);
}
