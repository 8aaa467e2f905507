import type { AttemptRun, AttemptRunner, JobResult, Scheduler, WorkflowExecutionInfo } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import type { SchedulerPlace } from '../../../src/index.ts';
import { ReferenceScheduler } from './scheduler.ts';
import { infoOf, keyOf, storeOf } from './store.ts';

/** A scheduler with one promise broken, and the cases that must notice. */
export interface SchedulerMutant {
  readonly breaks: string;
  readonly open: (place: SchedulerPlace) => Scheduler;
  readonly fails: readonly string[];
}

export function broken(
  mutate: (good: Scheduler, place: SchedulerPlace) => Partial<Scheduler>,
): SchedulerMutant['open'] {
  return (place) => {
    const good = new ReferenceScheduler(place);
    return override(good, mutate(good, place));
  };
}

export function brokenLog(
  mutate: (good: Scheduler['events']) => Partial<Scheduler['events']>,
): SchedulerMutant['open'] {
  return broken((good) => ({ events: override(good.events, mutate(good.events)) }));
}

export function brokenRunner(
  mutate: (good: AttemptRunner) => Partial<AttemptRunner>,
): SchedulerMutant['open'] {
  return (place) => {
    const runner = override(place.host.runner, mutate(place.host.runner));
    return new ReferenceScheduler({ ...place, host: { ...place.host, runner } });
  };
}

function override<T extends object>(good: T, members: Partial<T>): T {
  return new Proxy(good, {
    get: (target, name) => {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

const killed: JobResult = { status: 'KILLED', values: {}, error: null };

/** A run whose stop is over as soon as it was asked for. */
function stoppedAtOnce(run: AttemptRun): AttemptRun {
  const asked = Promise.withResolvers<JobResult>();
  const stop = async (): Promise<void> => {
    run.stop().catch(() => undefined);
    asked.resolve(killed);
  };
  return { ...run, stop, result: Promise.race([run.result, asked.promise]) };
}

export function without<T extends object, Key extends keyof T>(value: T, key: Key): Omit<T, Key> {
  const { [key]: left, ...rest } = value;
  void left;
  return rest;
}

function withEndAsStart(info: WorkflowExecutionInfo | null): WorkflowExecutionInfo | null {
  return info === null || info.endDate === null ? info : { ...info, endDate: info.startDate };
}

let opened = 0;

export const schedulerMutants: readonly SchedulerMutant[] = [
  {
    breaks: 'the end date is the start date',
    open: broken((good) => ({
      getWorkflowExecution: async (id) => withEndAsStart(await good.getWorkflowExecution(id)),
      stopWorkflowExecution: async (id) => withEndAsStart(await good.stopWorkflowExecution(id)),
    })),
    fails: ['an execution begins, runs and ends FINISHED, each with its date'],
  },
  {
    breaks: 'project and workflow are joined by a dot',
    open: broken((good) => {
      const first = new Map<string, readonly [string, string]>();
      const names = (project: string, workflow: string): readonly [string, string] => {
        const joined = `${project}.${workflow}`;
        const found = first.get(joined) ?? [project, workflow];
        first.set(joined, found);
        return found;
      };
      return {
        submitWorkflow: async (workflow, project) => {
          const [projectName, workflowName] = names(project.projectName, workflow.workflowName);
          return await good.submitWorkflow({ ...workflow, workflowName }, { ...project, projectName });
        },
        startNewWorkflowExecution: async (project, workflow, options) =>
          await good.startNewWorkflowExecution(...names(project, workflow), options),
        listWorkflowExecutions: async (project, workflow, options) =>
          await good.listWorkflowExecutions(...names(project, workflow), options),
      };
    }),
    fails: ['workflows of one name in two projects, and names with dots, are not mixed up'],
  },
  {
    breaks: 'running executions take the newest definition',
    open: broken((good, { name }) => ({
      submitWorkflow: async (workflow, project) => {
        const info = await good.submitWorkflow(workflow, project);
        for (const execution of storeOf(name).executions.values()) {
          if (execution.definition.workflow.workflowName !== workflow.workflowName) continue;
          Object.assign(execution, { definition: { workflow, project, isPaused: false } });
        }
        return info;
      },
    })),
    fails: ['an execution keeps the definition and the snapshot that it began with'],
  },
  {
    breaks: 'an unknown workflow is an error',
    open: broken((good) => ({
      startNewWorkflowExecution: async (...args) => {
        const started = await good.startNewWorkflowExecution(...args);
        if (started === null) throw new AIFlowError('workflow.not_found', 'no such workflow');
        return started;
      },
    })),
    fails: [
      'what concerns an unknown workflow is null, or an empty list',
      'deleteWorkflow stops what runs, forgets the workflow, and leaves its executions to be seen',
    ],
  },
  {
    breaks: 'a delete forgets the executions',
    open: broken((good, { name }) => ({
      deleteWorkflow: async (project, workflow) => {
        const deleted = await good.deleteWorkflow(project, workflow);
        if (deleted !== null) storeOf(name).executions.clear();
        return deleted;
      },
    })),
    fails: [
      'deleteWorkflow stops what runs, forgets the workflow, and leaves its executions to be seen',
      'deleteWorkflow ends what waits of it, too, and begins none of it',
    ],
  },
  {
    breaks: 'a delete stops nothing',
    open: broken((good, { name }) => ({
      deleteWorkflow: async (project, workflow) => {
        const { workflows } = storeOf(name);
        const found = workflows.get(keyOf(project, workflow));
        if (found === undefined) return await good.deleteWorkflow(project, workflow);
        workflows.delete(keyOf(project, workflow));
        return infoOf(found);
      },
    })),
    fails: [
      'deleteWorkflow stops what runs, forgets the workflow, and leaves its executions to be seen',
      'deleteWorkflow ends what waits of it, too, and begins none of it',
      'an event on which an extractor fails is listed with the reason, until its workflow is deleted',
    ],
  },
  {
    breaks: 'a paused workflow cannot be started by hand',
    open: broken((good, { name }) => ({
      startNewWorkflowExecution: async (project, workflow, options) => {
        const paused = storeOf(name).workflows.get(JSON.stringify([project, workflow]))?.isPaused ?? false;
        return paused ? null : await good.startNewWorkflowExecution(project, workflow, options);
      },
    })),
    fails: ['a pause is shown and lifted again, and lets a start by hand and what runs go on'],
  },
  {
    breaks: 'context and parameters are lost',
    open: broken((good) => ({
      startNewWorkflowExecution: async (project, workflow, { idempotencyKey } = {}) =>
        await good.startNewWorkflowExecution(
          project,
          workflow,
          idempotencyKey === undefined ? {} : { idempotencyKey },
        ),
    })),
    fails: [
      'an execution begins, runs and ends FINISHED, each with its date',
      'context and parameters reach every attempt, and an execution without them says so',
      'an event goes to the executions of its context, and one without a context to all',
      'an event that names an execution reaches it whatever its context, and others of its workflow never',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
    ],
  },
  {
    breaks: 'a failed job makes no failed execution',
    open: broken((good) => ({
      getWorkflowExecution: async (id) => {
        const found = await good.getWorkflowExecution(id);
        return found?.status === 'FAILED' ? { ...found, status: 'FINISHED' } : found;
      },
    })),
    fails: [
      'an execution with a failed job ends FAILED, and what waits for that job does not begin',
      'executions of one workflow run side by side, each with its own end',
      'an attempt whose end cannot be known is FAILED as lost',
      'what is declared to run after a failure runs, and the execution is FAILED all the same',
      'workflows, executions and attempts are there after a restart, as they were',
      'a failed attempt is followed by another after its delay, up to the limit, and rules see the last failure',
    ],
  },
  {
    breaks: 'an idempotency key is ignored',
    open: broken((good) => ({
      startNewWorkflowExecution: async (project, workflow, options = {}) =>
        await good.startNewWorkflowExecution(project, workflow, without(options, 'idempotencyKey')),
    })),
    fails: [
      'one idempotency key of a workflow starts one execution, whatever its state and however often it is asked',
    ],
  },
  {
    breaks: 'an idempotency key is for all workflows',
    open: broken((good, { name }) => ({
      startNewWorkflowExecution: async (project, workflow, options = {}) => {
        const started = await good.startNewWorkflowExecution(project, workflow, options);
        const [first] = storeOf(name).executions.values();
        return options.idempotencyKey === undefined ? started : (first?.info ?? null);
      },
    })),
    fails: [
      'one idempotency key of a workflow starts one execution, whatever its state and however often it is asked',
    ],
  },
  {
    breaks: 'the oldest is listed first',
    open: broken((good) => ({
      listWorkflowExecutions: async (...args) => (await good.listWorkflowExecutions(...args)).reverse(),
    })),
    fails: ['listWorkflowExecutions gives the newest first, in pages'],
  },
  {
    breaks: 'a cursor is ignored',
    open: broken((good) => ({
      listWorkflowExecutions: async (project, workflow, options = {}) =>
        await good.listWorkflowExecutions(project, workflow, without(options, 'cursor')),
    })),
    fails: ['listWorkflowExecutions gives the newest first, in pages'],
  },
  {
    breaks: 'a stop is over when it was asked for',
    open: brokenRunner((good) => ({ start: (attempt) => stoppedAtOnce(good.start(attempt)) })),
    fails: [
      'stopWorkflowExecution resolves only when every stop is confirmed, KILLED, and nothing begins after it',
      'a stop that fails is scheduler.stop_failed, leaves the attempt as it is, and can be asked for again',
      'stopJobExecution resolves only when the stop is confirmed, and leaves the other jobs alone',
      'restartJobExecution begins the new attempt only after the stop of the old one is confirmed',
      'a RESTART rule stops its job and begins it anew only after the stop is confirmed',
      'an attempt that runs longer than its timeout is stopped, and FAILED as timeout once that is confirmed',
    ],
  },
  {
    breaks: 'a stop that fails is not told',
    open: brokenRunner((good) => ({
      start: (attempt) => {
        const run = good.start(attempt);
        return { ...run, stop: () => run.stop().catch(() => undefined) };
      },
    })),
    fails: [
      'a stop that fails is scheduler.stop_failed, leaves the attempt as it is, and can be asked for again',
    ],
  },
  {
    breaks: 'a lost attempt counts as one that failed',
    open: brokenRunner((good) => ({
      start: (attempt) => {
        const run = good.start(attempt);
        const lost: JobResult = { status: 'FAILED', values: {}, error: null };
        return { ...run, result: run.result.catch(() => lost) };
      },
    })),
    fails: [
      'an attempt whose end cannot be known is FAILED as lost',
      'no rule begins a job again whose last attempt was lost, for that one may still run; a person can',
    ],
  },
  {
    breaks: 'a close does not let go',
    open: brokenRunner((good) => ({
      start: (attempt) => ({ ...good.start(attempt), detach: () => undefined }),
    })),
    fails: ['a close lets go of what runs, so that the process can end'],
  },
  {
    breaks: 'a stop changes an execution that had ended',
    open: broken((good) => ({
      stopWorkflowExecution: async (id) => {
        const stopped = await good.stopWorkflowExecution(id);
        return stopped === null ? null : { ...stopped, status: 'KILLED' };
      },
    })),
    fails: ['an execution that has ended is given back as it is, and its end never changes'],
  },
  {
    breaks: 'a job that never ran cannot be started',
    open: broken((good) => ({
      startJobExecution: async (jobName, id) => {
        const before = await good.getJobExecutions(jobName, id);
        if (before?.length === 0) throw new AIFlowError('scheduler.not_allowed', 'it never ran');
        return await good.startJobExecution(jobName, id);
      },
    })),
    fails: [
      'startJobExecution starts a job that never ran, and one that has ended once more',
      'what rules ask for a job whose scheduling is stopped is dropped, also after a restart, and a person may start it',
    ],
  },
  {
    breaks: 'a start beside a running attempt is allowed',
    open: broken((good) => ({
      startJobExecution: async (jobName, id) => {
        const before = (await good.getJobExecutions(jobName, id))?.at(-1);
        return before?.status === 'RUNNING' || before?.status === 'INIT'
          ? before
          : await good.startJobExecution(jobName, id);
      },
    })),
    fails: ['startJobExecution is not allowed while an attempt runs or after the execution has ended'],
  },
  {
    breaks: 'a stop of nothing gives the last attempt',
    open: broken((good) => ({
      stopJobExecution: async (jobName, id) => {
        try {
          return await good.stopJobExecution(jobName, id);
        } catch {
          return (await good.getJobExecutions(jobName, id))?.at(-1) ?? null;
        }
      },
    })),
    fails: [
      'stopJobExecution is not allowed when no attempt runs, and null for what does not exist',
      'an execution that waits can be stopped, and nothing of it can be started',
    ],
  },
  {
    breaks: 'nobody listens to labels',
    open: brokenRunner((good) => ({
      start: (attempt) => ({ ...good.start(attempt), onLabel: () => undefined }),
      find: async (attempt) => {
        const found = await good.find(attempt);
        return found === null ? null : { ...found, onLabel: () => undefined };
      },
    })),
    fails: [
      'the label of a running job is shown as it changes, also by the next scheduler, and is gone when the job has ended',
    ],
  },
  {
    breaks: 'the label of an attempt outlives it',
    open: broken((good) => {
      const labels = new Map<string, string>();
      return {
        getJobExecutions: async (jobName, id) => {
          const found = await good.getJobExecutions(jobName, id);
          for (const { jobExecutionId, executionLabel } of found ?? [])
            if (executionLabel !== null) labels.set(jobExecutionId, executionLabel);
          return (
            found?.map((attempt) =>
              attempt.endDate === null
                ? attempt
                : { ...attempt, executionLabel: labels.get(attempt.jobExecutionId) ?? null },
            ) ?? null
          );
        },
      };
    }),
    fails: [
      'the label of a running job is shown as it changes, also by the next scheduler, and is gone when the job has ended',
    ],
  },
  {
    breaks: 'the error of an attempt is lost',
    open: broken((good) => ({
      getJobExecutions: async (jobName, id) =>
        (await good.getJobExecutions(jobName, id))?.map((attempt) => ({ ...attempt, error: null })) ?? null,
    })),
    fails: [
      'a failed attempt keeps its error',
      'an attempt that runs longer than its timeout is stopped, and FAILED as timeout once that is confirmed',
    ],
  },
  {
    breaks: 'an end that cannot be known is a stop',
    open: brokenRunner((good) => ({
      start: (attempt) => {
        const run = good.start(attempt);
        return { ...run, result: run.result.catch(() => killed) };
      },
    })),
    fails: [
      'an attempt whose end cannot be known is FAILED as lost',
      'no rule begins a job again whose last attempt was lost, for that one may still run; a person can',
    ],
  },
  {
    breaks: 'the newest attempt alone is listed',
    open: broken((good) => ({
      listJobExecutions: async (id) => {
        const all = await good.listJobExecutions(id);
        const newest = new Map(all?.map((attempt) => [attempt.jobName, attempt]));
        return all === null ? null : [...newest.values()];
      },
    })),
    fails: ['listJobExecutions gives every attempt of every job, oldest first'],
  },
  {
    breaks: 'rules never fire',
    open: broken((good) => ({
      submitWorkflow: async (workflow, project) =>
        await good.submitWorkflow(
          {
            ...workflow,
            rules: workflow.rules.map((rule) => ({
              ...rule,
              condition: { kind: 'all', of: [rule.condition, { kind: 'any', of: [] }] },
            })),
          },
          project,
        ),
    })),
    fails: [
      'an execution keeps the definition and the snapshot that it began with',
      'a pause is shown and lifted again, and lets a start by hand and what runs go on',
      'listJobExecutions gives every attempt of every job, oldest first',
      'jobs without a rule start with the execution, the others when their rule is met',
      'all waits for every part, any for one, in whatever order they come',
      'no rule begins a job again whose last attempt was lost, for that one may still run; a person can',
      'a rule can wait for a job to run, to fail or to be killed',
      'what is declared to run after a failure runs, and the execution is FAILED all the same',
      'a STOP rule stops its job, KILLED as stopped_by_rule, and the execution ends FINISHED',
      'a RESTART rule stops its job and begins it anew only after the stop is confirmed',
      'a START rule does nothing while its job runs',
      'an attempt that ended while no scheduler ran has its end, and what waits for it begins',
      'an event starts the job that waits for it, and an execution that waits goes on until it is stopped',
      'an event goes to the executions of its context, and one without a context to all',
      'an event that is published again starts nothing again',
      'what came before a restart counts after it, and what was used up does not',
      'a change of a job acts in its own execution only, and not when somebody else publishes it',
      'a job that finished says so of each dataset that it writes',
      'what a job puts into its outbox is published once and before its end, also when no scheduler was there',
      'what a job puts into its outbox reaches its own execution, none beside it, and other workflows',
      'an event that names an execution reaches it whatever its context, and others of its workflow never',
      'an event of an execution that has ended reaches other workflows, and one of an unknown execution nobody',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
      'a failed attempt is followed by another after its delay, up to the limit, and rules see the last failure',
      'a job whose scheduling is resumed follows its rules from then on, and nothing is made up for',
      'an event in the same millisecond as a firing is lost',
      'sender=None never matches an unset sender',
      'the model-version default namespace never matches what is sent',
      'a rule with wildcards matches any namespace, type, sender and key, never a value',
      'first rule wins, all fired rules consume',
    ],
  },
  {
    breaks: 'all is met by one',
    open: broken((good) => ({
      submitWorkflow: async (workflow, project) => {
        const rules = workflow.rules.map((rule) =>
          rule.condition.kind === 'all'
            ? { ...rule, condition: { ...rule.condition, kind: 'any' as const } }
            : rule,
        );
        return await good.submitWorkflow({ ...workflow, rules }, project);
      },
    })),
    fails: [
      'all waits for every part, any for one, in whatever order they come',
      'what came before a restart counts after it, and what was used up does not',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
    ],
  },
  {
    breaks: 'the same event can be published twice',
    open: brokenLog((good) => ({
      publish: async (events) => await good.publish(events.map((event) => without(event, 'sequence'))),
    })),
    fails: [
      'the same sender and sequence published again changes nothing',
      'events are there after a restart, and versions go on rising',
      'an event that is published again starts nothing again',
    ],
  },
  {
    breaks: 'a star is a name like another',
    open: brokenLog((good) => ({
      list: async (filter, options) => (filter.key === '*' ? [] : await good.list(filter, options)),
    })),
    fails: ['list and count take each part of a filter, and * for everything'],
  },
  {
    breaks: 'listen misses what came before',
    open: brokenLog((good) => ({
      listen: async function* (filter, options) {
        yield* good.listen({ ...filter, afterVersion: await good.latestVersion() }, options);
      },
    })),
    fails: ['listen gives what is in the log and then what comes, without a gap or a repetition'],
  },
  {
    breaks: 'listen repeats what it gave',
    open: brokenLog((good) => ({
      listen: async function* (filter, options) {
        let count = 0;
        for await (const event of good.listen(filter, options)) {
          yield event;
          if ((count += 1) === 50) yield event;
        }
      },
    })),
    fails: ['listen gives what is in the log and then what comes, without a gap or a repetition'],
  },
  {
    breaks: 'listen does not hear its signal',
    open: brokenLog((good) => ({
      listen: (filter) => good.listen(filter, { signal: new AbortController().signal }),
    })),
    fails: ['listen goes on after a version, keeps to its filter, and ends with its signal'],
  },
  {
    breaks: 'changes of jobs are no events',
    open: brokenLog((good) => ({
      list: async (filter, options) =>
        (await good.list(filter, options)).filter(({ eventType }) => !eventType.startsWith('JOB_')),
    })),
    fails: [
      'every change of an execution and of its jobs is an event, in order',
      'what a job puts into its outbox is published once and before its end, also when no scheduler was there',
    ],
  },
  {
    breaks: 'nothing outlives the scheduler',
    open: (place) => new ReferenceScheduler({ ...place, name: `${place.name}-${(opened += 1)}` }),
    fails: [
      'one idempotency key of a workflow starts one execution, whatever its state and however often it is asked',
      'the label of a running job is shown as it changes, also by the next scheduler, and is gone when the job has ended',
      'a STOP rule stops its job, KILLED as stopped_by_rule, and the execution ends FINISHED',
      'events are there after a restart, and versions go on rising',
      'a second scheduler on the same store is scheduler.busy until the first has closed',
      'workflows, executions and attempts are there after a restart, as they were',
      'a close leaves running attempts alone, and the next start finds them and does not begin them again',
      'an attempt that ended while no scheduler ran has its end, and what waits for it begins',
      'what came before a restart counts after it, and what was used up does not',
      'what a job puts into its outbox is published once and before its end, also when no scheduler was there',
      'executions of a workflow share the jobs that it may run at once, also after a restart, and other workflows do not',
      'executions beyond the limit of their workflow wait without attempts, and begin in order, also after a restart',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
      'a retry comes at its time, or as soon as a scheduler is there again',
      'a timeout counts from when the job runs, also while no scheduler is there',
      'ticks that were missed while no scheduler was there follow their policy',
      'what rules ask for a job whose scheduling is stopped is dropped, also after a restart, and a person may start it',
      'ticks of workflows that were missed while no scheduler was there follow their policy',
      'what a rule of a workflow remembers counts for its own context, also after a restart',
      'rules of a paused workflow act when it is resumed, on what came meanwhile',
      'an event on which an extractor fails is listed with the reason, until its workflow is deleted',
      'runs created but tasks never run',
    ],
  },
  {
    breaks: 'two schedulers share a store',
    open: broken((good, { name }) => ({
      start: async () => {
        storeOf(name).open = false;
        await good.start();
      },
    })),
    fails: ['a second scheduler on the same store is scheduler.busy until the first has closed'],
  },
  {
    breaks: 'a closed scheduler answers',
    open: broken((good) => ({
      getWorkflowExecution: async (id) => await good.getWorkflowExecution(id).catch(() => null),
    })),
    fails: ['every method is scheduler.closed before the start and after the close'],
  },
  {
    breaks: 'what runs is begun again by the next start',
    open: brokenRunner(() => ({ find: async () => null })),
    fails: [
      'the label of a running job is shown as it changes, also by the next scheduler, and is gone when the job has ended',
      'a STOP rule stops its job, KILLED as stopped_by_rule, and the execution ends FINISHED',
      'a close leaves running attempts alone, and the next start finds them and does not begin them again',
      'an attempt that ended while no scheduler ran has its end, and what waits for it begins',
      'what a job puts into its outbox is published once and before its end, also when no scheduler was there',
      'executions of a workflow share the jobs that it may run at once, also after a restart, and other workflows do not',
      'executions beyond the limit of their workflow wait without attempts, and begin in order, also after a restart',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
      'a timeout counts from when the job runs, also while no scheduler is there',
      'what rules ask for a job whose scheduling is stopped is dropped, also after a restart, and a person may start it',
      'rules of a paused workflow act when it is resumed, on what came meanwhile',
      'runs created but tasks never run',
    ],
  },
  {
    breaks: 'a close stops what runs',
    open: broken((good, { name }) => ({
      close: async () => {
        for (const id of storeOf(name).executions.keys())
          await good.stopWorkflowExecution(id).catch(() => null);
        await good.close();
      },
    })),
    fails: [
      'the label of a running job is shown as it changes, also by the next scheduler, and is gone when the job has ended',
      'a STOP rule stops its job, KILLED as stopped_by_rule, and the execution ends FINISHED',
      'a close leaves running attempts alone, and the next start finds them and does not begin them again',
      'an attempt that ended while no scheduler ran has its end, and what waits for it begins',
      'what came before a restart counts after it, and what was used up does not',
      'what a job puts into its outbox is published once and before its end, also when no scheduler was there',
      'executions of a workflow share the jobs that it may run at once, also after a restart, and other workflows do not',
      'executions beyond the limit of their workflow wait without attempts, and begin in order, also after a restart',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
      'a retry comes at its time, or as soon as a scheduler is there again',
      'a timeout counts from when the job runs, also while no scheduler is there',
      'ticks that were missed while no scheduler was there follow their policy',
      'what rules ask for a job whose scheduling is stopped is dropped, also after a restart, and a person may start it',
      'runs created but tasks never run',
    ],
  },
];
