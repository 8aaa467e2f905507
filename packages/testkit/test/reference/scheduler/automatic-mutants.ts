import type { Schedule } from '@aiflow/core';
import { changing, faulty } from './language-mutants.ts';
import type { SchedulerMutant } from './mutants.ts';
import { broken } from './mutants.ts';

const eachTick = 'each tick of a submitted workflow starts an execution of its own, until it is deleted';
const missed = 'ticks of workflows that were missed while no scheduler was there follow their policy';
const pausedTicks = 'a schedule starts nothing while its workflow is paused, and keeps its place';
const keepsPlace = 'a schedule keeps its place when its workflow is submitted again';
const starts = 'an event starts an execution of its context, unless one runs';
const stops = 'an event stops the executions of its context, and one for all stops all';
const remembers = 'what a rule of a workflow remembers counts for its own context, also after a restart';
const ofOthers = 'the status of one workflow starts another, and none starts itself';
const pausedRules = 'rules of a paused workflow act when it is resumed, on what came meanwhile';
const failing =
  'an event on which the extractor of one workflow fails hides no other event, and nothing from other workflows';
const byHand =
  'where the host lets nothing start by itself rules of workflows start nothing, and a person does';

function changingSchedules(change: (schedule: Schedule) => Schedule | null): SchedulerMutant['open'] {
  return changing((workflow) => ({
    ...workflow,
    schedules: workflow.schedules.map(change).filter((schedule) => schedule !== null),
  }));
}

/** Mistakes with the schedules and rules of workflows. */
export const automaticMutants: readonly SchedulerMutant[] = [
  {
    breaks: 'schedules of workflows are not looked at',
    open: changingSchedules(() => null),
    fails: [
      eachTick,
      'several schedules of a workflow each bring their ticks',
      missed,
      pausedTicks,
      keepsPlace,
      'workflow cron drops the day field',
    ],
  },
  {
    breaks: 'a workflow has one schedule',
    open: changing((workflow) => ({ ...workflow, schedules: workflow.schedules.slice(0, 1) })),
    fails: ['several schedules of a workflow each bring their ticks'],
  },
  {
    breaks: 'a missed tick of a workflow is always made up for',
    open: changingSchedules((schedule) => ({ ...schedule, missedTicks: 'latest' })),
    fails: [missed, pausedTicks],
  },
  {
    breaks: 'a pause keeps no workflow from starting',
    open: faulty({ ignoresPause: true }),
    fails: [pausedTicks, pausedRules],
  },
  {
    breaks: 'a submission begins unchanged schedules anew',
    open: faulty({ losesPlaces: true }),
    fails: [keepsPlace],
  },
  {
    breaks: 'rules of workflows are not looked at',
    open: changing((workflow) => ({ ...workflow, workflowRules: [] })),
    fails: [
      starts,
      stops,
      'an event that was sent in an execution stops no other execution of its workflow',
      remembers,
      ofOthers,
      pausedRules,
      failing,
      'an event on which an extractor fails is listed with the reason, until its workflow is deleted',
    ],
  },
  {
    breaks: 'a rule starts an execution beside one of its context',
    open: faulty({ startsTwice: true }),
    fails: [starts],
  },
  {
    breaks: 'a rule stops the executions of other contexts',
    open: faulty({ stopsAll: true }),
    fails: [stops],
  },
  {
    breaks: 'an event that was sent in an execution stops the others of its workflow',
    open: faulty({ stopsSiblings: true }),
    fails: ['an event that was sent in an execution stops no other execution of its workflow'],
  },
  {
    breaks: 'what rules of workflows remember is not kept apart by context',
    open: faulty({ mixesContexts: true }),
    fails: [remembers],
  },
  {
    breaks: 'rules of workflows forget at a restart what they were told',
    open: faulty({ forgetsWorkflowRules: true }),
    fails: [remembers],
  },
  {
    breaks: 'a workflow starts itself by its own status',
    open: faulty({ hearsItself: true }),
    fails: [
      ofOthers,
      'an event on which an extractor fails is listed with the reason, until its workflow is deleted',
    ],
  },
  {
    breaks: 'events for a paused workflow are lost',
    open: faulty({ losesKept: true }),
    fails: [pausedRules],
  },
  {
    breaks: 'an extractor that failed once is not asked again',
    open: faulty({ stopsAtFailure: true }),
    fails: [
      failing,
      'an event on which an extractor fails is listed with the reason, until its workflow is deleted',
    ],
  },
  {
    breaks: 'an event on which an extractor failed is nowhere to be found',
    open: broken((good) => ({
      listParkedEvents: async (...args) => (await good.listParkedEvents(...args)).slice(0, 0),
    })),
    fails: ['an event on which an extractor fails is listed with the reason, until its workflow is deleted'],
  },
  {
    breaks: 'workflows start where the host lets nothing start by itself',
    open: faulty({ alwaysStarts: true }),
    fails: [byHand],
  },
];
