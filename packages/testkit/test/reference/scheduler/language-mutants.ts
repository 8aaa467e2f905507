import type { JobConfig, Scheduler, Workflow } from '@aiflow/core';
import type { SchedulerPlace } from '../../../src/index.ts';
import type { EngineFaults } from './faults.ts';
import type { SchedulerMutant } from './mutants.ts';
import { broken, brokenLog, brokenRunner, without } from './mutants.ts';
import { ReferenceScheduler } from './scheduler.ts';

/** A scheduler that does not see a part of the jobs' configurations. */
function blindTo(...keys: readonly (keyof JobConfig)[]): SchedulerMutant['open'] {
  return changing((workflow) => ({
    ...workflow,
    jobs: workflow.jobs.map((job) => {
      const config = Object.fromEntries(
        Object.entries(job.config).filter(([key]) => !keys.some((hidden) => hidden === key)),
      );
      return { ...job, config: config as unknown as JobConfig };
    }),
  }));
}

export function changing(change: (workflow: Workflow) => Workflow): SchedulerMutant['open'] {
  return broken((good) => ({
    submitWorkflow: async (workflow, project) => await good.submitWorkflow(change(workflow), project),
  }));
}

function changingConfig(change: (config: JobConfig) => JobConfig): SchedulerMutant['open'] {
  return changing((workflow) => ({
    ...workflow,
    jobs: workflow.jobs.map((job) => ({ ...job, config: change(job.config) })),
  }));
}

export function faulty(faults: EngineFaults): (place: SchedulerPlace) => Scheduler {
  return (place) => new ReferenceScheduler(place, faults);
}

const startsOnEvent =
  'an event starts the job that waits for it, and an execution that waits goes on until it is stopped';
const goesToContext = 'an event goes to the executions of its context, and one without a context to all';
const saysDataset = 'a job that finished says so of each dataset that it writes';
const retried =
  'a failed attempt is followed by another after its delay, up to the limit, and rules see the last failure';
const retryComes = 'a retry comes at its time, or as soon as a scheduler is there again';
const retryStopped = 'a job that waits for its retry can be stopped';
const timesOut =
  'an attempt that runs longer than its timeout is stopped, and FAILED as timeout once that is confirmed';
const timeoutCounts = 'a timeout counts from when the job runs, also while no scheduler is there';
const ticks = 'a job with a schedule begins at its ticks, anew when it runs, and its execution goes on';
const missedTicks = 'ticks that were missed while no scheduler was there follow their policy';

const noMoreJobs =
  'no more jobs of an execution run at once than its workflow allows, and others are not held up';
const sharesJobs =
  'executions of a workflow share the jobs that it may run at once, also after a restart, and other workflows do not';

/** Mistakes with events from outside, time and pools. */
export const languageMutants: readonly SchedulerMutant[] = [
  {
    breaks: 'no event reaches a rule',
    open: changing((workflow) => ({
      ...workflow,
      rules: workflow.rules.filter(({ condition: { kind } }) => kind !== 'event'),
    })),
    fails: [
      startsOnEvent,
      goesToContext,
      saysDataset,
      'what a job puts into its outbox reaches its own execution, none beside it, and other workflows',
      'an event that names an execution reaches it whatever its context, and others of its workflow never',
      'an event of an execution that has ended reaches other workflows, and one of an unknown execution nobody',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
      'an event in the same millisecond as a firing is lost',
      'sender=None never matches an unset sender',
      'the model-version default namespace never matches what is sent',
      'a rule with wildcards matches any namespace, type, sender and key, never a value',
    ],
  },
  {
    breaks: 'an event goes to all executions, whatever its context',
    open: brokenLog((good) => ({
      publish: async (events) => await good.publish(events.map((event) => without(event, 'context'))),
    })),
    fails: [
      goesToContext,
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
      'an event starts an execution of its context, unless one runs',
      'an event stops the executions of its context, and one for all stops all',
      'an event that was sent in an execution stops no other execution of its workflow',
      'what a rule of a workflow remembers counts for its own context, also after a restart',
      'an event on which the extractor of one workflow fails hides no other event, and nothing from other workflows',
      'an event on which an extractor fails is listed with the reason, until its workflow is deleted',
    ],
  },
  {
    breaks: 'an event that was sent in an execution goes to the others of its workflow',
    open: faulty({ leaks: true }),
    fails: [
      'what a job puts into its outbox reaches its own execution, none beside it, and other workflows',
      'an event that names an execution reaches it whatever its context, and others of its workflow never',
      'an event of an execution that has ended reaches other workflows, and one of an unknown execution nobody',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
    ],
  },
  {
    breaks: 'an event of an execution that is not known goes to all',
    open: faulty({ tellsUnknown: true }),
    fails: [
      'an event of an execution that has ended reaches other workflows, and one of an unknown execution nobody',
    ],
  },
  {
    breaks: 'an event that was sent in an execution goes to nobody else',
    open: brokenLog((good) => ({
      publish: async (events) =>
        await good.publish(
          events.map((event) =>
            (event.workflowExecutionId ?? null) === null ? event : { ...event, key: '-' },
          ),
        ),
    })),
    fails: [
      'an event that names an execution reaches it whatever its context, and others of its workflow never',
      'an event of an execution that has ended reaches other workflows, and one of an unknown execution nobody',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
      'an event that was sent in an execution stops no other execution of its workflow',
    ],
  },
  {
    breaks: 'the jobs that a workflow may run at once are counted in each execution apart',
    open: faulty({ countsEach: true }),
    fails: [sharesJobs],
  },
  {
    breaks: 'the jobs that a workflow may run at once are counted over all workflows',
    open: faulty({ countsAll: true }),
    fails: [noMoreJobs, sharesJobs],
  },
  {
    breaks: 'the limits of workflows are not looked at',
    open: changing((workflow) => ({ ...workflow, limits: {} })),
    fails: [
      noMoreJobs,
      sharesJobs,
      'executions beyond the limit of their workflow wait without attempts, and begin in order, also after a restart',
      'an execution that waits can be stopped, and nothing of it can be started',
      'deleteWorkflow ends what waits of it, too, and begins none of it',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
    ],
  },
  {
    breaks: 'an execution that waits hears nothing of what is sent for it',
    open: faulty({ losesEarly: true }),
    fails: [
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
    ],
  },
  {
    breaks: 'an execution that begins is told the last event first',
    open: faulty({ tellsNewestFirst: true }),
    fails: [
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
    ],
  },
  {
    breaks: 'rules believe what anybody publishes as the status of a job',
    open: faulty({ believesAnyStatus: true }),
    fails: ['a change of a job acts in its own execution only, and not when somebody else publishes it'],
  },
  {
    breaks: 'rules forget at a restart what they were told',
    open: faulty({ forgetsRules: true }),
    fails: ['what came before a restart counts after it, and what was used up does not'],
  },
  {
    breaks: 'a dataset changes without a word',
    open: changing((workflow) => ({
      ...workflow,
      jobs: workflow.jobs.map((job) => ({ ...job, outputDatasets: [] })),
    })),
    fails: [saysDataset],
  },
  {
    breaks: 'nobody looks into outboxes',
    open: brokenRunner((good) => ({
      start: (attempt) => ({ ...good.start(attempt), outboxDir: '/nowhere' }),
      find: async (attempt) => {
        const found = await good.find(attempt);
        return found === null ? null : { ...found, outboxDir: '/nowhere' };
      },
    })),
    fails: [
      'what a job puts into its outbox is published once and before its end, also when no scheduler was there',
      'what a job puts into its outbox reaches its own execution, none beside it, and other workflows',
    ],
  },
  { breaks: 'nothing is retried', open: blindTo('retry'), fails: [retried, retryComes, retryStopped] },
  {
    breaks: 'a retry does not wait',
    open: changingConfig((config) =>
      config.retry === undefined ? config : { ...config, retry: { ...config.retry, delayMs: 1 } },
    ),
    fails: [retried],
  },
  {
    breaks: 'retries have no end',
    open: changingConfig((config) =>
      config.retry === undefined ? config : { ...config, retry: { ...config.retry, limit: 1000 } },
    ),
    fails: [retried],
  },
  {
    breaks: 'rules are told of a failure that is retried',
    open: faulty({ tellsEveryFailure: true }),
    fails: [retried],
  },
  {
    breaks: 'what is due is forgotten at a restart',
    open: faulty({ forgetsTimers: true }),
    fails: [
      retryComes,
      timeoutCounts,
      missedTicks,
      'ticks of workflows that were missed while no scheduler was there follow their policy',
    ],
  },
  {
    breaks: 'a job may take as long as it wants',
    open: blindTo('timeoutMs'),
    fails: [timesOut, timeoutCounts],
  },
  {
    breaks: 'a timeout ends an attempt before its stop is confirmed',
    open: faulty({ timesOutAtOnce: true }),
    fails: [timesOut],
  },
  {
    breaks: 'pools are not looked at',
    open: blindTo('pool', 'poolSlots'),
    fails: [
      'no more jobs of a pool run at once than it has places, and jobs without it are not held up',
      'a job that no place of its pool can hold is refused when it is submitted',
      'a queued task cannot be stopped',
    ],
  },
  {
    breaks: 'a job has one place, however many it takes',
    open: blindTo('poolSlots'),
    fails: [
      'a job that no place of its pool can hold is refused when it is submitted',
      'a queued task cannot be stopped',
    ],
  },
  {
    breaks: 'schedules of jobs are not looked at',
    open: blindTo('schedules'),
    fails: [ticks, missedTicks, 'ticks of a job whose scheduling is stopped pass'],
  },
  {
    breaks: 'a missed tick is always made up for',
    open: changingConfig((config) => ({
      ...config,
      schedules: (config.schedules ?? []).map((schedule) => ({ ...schedule, missedTicks: 'latest' })),
    })),
    fails: [missedTicks],
  },
];
