import { randomUUID } from 'node:crypto';
import type { Condition, EventCondition, Scheduler, Workflow } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import { changing, faulty } from './language-mutants.ts';
import type { SchedulerMutant } from './mutants.ts';
import { broken } from './mutants.ts';

function changingEvents(change: (condition: EventCondition) => EventCondition): SchedulerMutant['open'] {
  const changed = (condition: Condition): Condition => {
    if (condition.kind === 'event') return change(condition);
    return condition.kind === 'job_status' ? condition : { ...condition, of: condition.of.map(changed) };
  };
  return changing((workflow) => ({
    ...workflow,
    rules: workflow.rules.map((rule) => ({ ...rule, condition: changed(rule.condition) })),
  }));
}

/** Of one key nothing is appended twice in a millisecond. */
function blindToOneTime(log: Scheduler['events'], now: () => number): Scheduler['events'] {
  return {
    publish: async (events) => {
      const fresh = [];
      for (const event of events) {
        const before = await log.list({ key: event.key, beginTime: now() });
        if (before.length === 0) fresh.push(event);
      }
      return await log.publish(fresh);
    },
    list: (...args) => log.list(...args),
    count: (...args) => log.count(...args),
    latestVersion: () => log.latestVersion(),
    listen: (...args) => log.listen(...args),
  };
}

function withoutDay(workflow: Workflow): Workflow {
  const schedules = workflow.schedules.map((schedule) => {
    if (schedule.kind !== 'cron') return schedule;
    const fields = schedule.cron.split(' ');
    return { ...schedule, cron: fields.with(3, '*').join(' ') };
  });
  return { ...workflow, schedules };
}

/** The mistakes that `traps` names and that no other mutant makes. */
export const trapMutants: readonly SchedulerMutant[] = [
  {
    breaks: 'of events in one millisecond the first is the last',
    open: broken((good, { host }) => ({ events: blindToOneTime(good.events, () => host.clock.now()) })),
    fails: [
      'the same sender and sequence published again changes nothing',
      'listen gives what is in the log and then what comes, without a gap or a repetition',
      'listen goes on after a version, keeps to its filter, and ends with its signal',
      'events are there after a restart, and versions go on rising',
      'an event goes to the executions of its context, and one without a context to all',
      'an event of an execution that has ended reaches other workflows, and one of an unknown execution nobody',
      'an event starts an execution of its context, unless one runs',
      'an event stops the executions of its context, and one for all stops all',
      'an event that was sent in an execution stops no other execution of its workflow',
      'what a rule of a workflow remembers counts for its own context, also after a restart',
      'an event on which the extractor of one workflow fails hides no other event, and nothing from other workflows',
      'an event on which an extractor fails is listed with the reason, until its workflow is deleted',
      'an event in the same millisecond as a firing is lost',
      'sender=None never matches an unset sender',
      'the model-version default namespace never matches what is sent',
    ],
  },
  {
    breaks: 'no sender is not the sender null',
    open: changingEvents((condition) => ({ ...condition, sender: condition.sender ?? 'None' })),
    fails: ['sender=None never matches an unset sender'],
  },
  {
    breaks: 'rules on models look into a namespace of their own',
    open: changingEvents((condition) =>
      condition.eventType.startsWith('MODEL_') ? { ...condition, namespace: 'ai_flow' } : condition,
    ),
    fails: ['the model-version default namespace never matches what is sent'],
  },
  {
    breaks: 'a key * is a key like any other',
    open: changingEvents((condition) => (condition.key === '*' ? { ...condition, key: 'star' } : condition)),
    fails: ['a rule with wildcards matches any namespace, type, sender and key, never a value'],
  },
  {
    breaks: 'the last rule wins',
    open: changing((workflow) => ({ ...workflow, rules: workflow.rules.toReversed() })),
    fails: ['first rule wins, all fired rules consume'],
  },
  {
    breaks: 'a job that is being stopped is restarted by a rule',
    open: faulty({ restartsStopped: true }),
    fails: ['a job being killed is not restarted'],
  },
  {
    breaks: 'a queued job cannot be stopped',
    open: broken((good) => ({
      stopJobExecution: async (jobName, id) => {
        const last = (await good.getJobExecutions(jobName, id))?.at(-1);
        if (last?.reason === 'queued') throw new AIFlowError('scheduler.not_allowed', 'it does not run');
        return await good.stopJobExecution(jobName, id);
      },
    })),
    fails: ['a queued task cannot be stopped'],
  },
  {
    breaks: 'of two starts at once one is answered and forgotten',
    open: broken((good) => {
      let starting = 0;
      return {
        startNewWorkflowExecution: async (...args) => {
          starting += 1;
          const isSecond = starting > 1;
          try {
            await Promise.resolve();
            const started = await good.startNewWorkflowExecution(...args);
            if (isSecond && started !== null) {
              await good.stopWorkflowExecution(started.workflowExecutionId);
              return { ...started, workflowExecutionId: randomUUID() };
            }
            return started;
          } finally {
            starting -= 1;
          }
        },
      };
    }),
    fails: [
      'one idempotency key of a workflow starts one execution, whatever its state and however often it is asked',
      'runs created but tasks never run',
    ],
  },
  {
    breaks: 'runs are named by the second',
    open: broken((good, { host }) => ({
      startNewWorkflowExecution: async (project, workflow, options = {}) =>
        await good.startNewWorkflowExecution(project, workflow, {
          idempotencyKey: `${workflow} ${Math.trunc(host.clock.now() / 1000)}`,
          ...options,
        }),
    })),
    fails: [
      'an execution keeps the definition and the snapshot that it began with',
      'a pause is shown and lifted again, and lets a start by hand and what runs go on',
      'context and parameters reach every attempt, and an execution without them says so',
      'executions of one workflow run side by side, each with its own end',
      'listWorkflowExecutions gives the newest first, in pages',
      'stopAllWorkflowExecution stops what has not ended, and gives each with its end',
      'an event goes to the executions of its context, and one without a context to all',
      'a change of a job acts in its own execution only, and not when somebody else publishes it',
      'what a job puts into its outbox reaches its own execution, none beside it, and other workflows',
      'executions of a workflow share the jobs that it may run at once, also after a restart, and other workflows do not',
      'executions beyond the limit of their workflow wait without attempts, and begin in order, also after a restart',
      'an execution that waits can be stopped, and nothing of it can be started',
      'what is sent for an execution that waits is told to it when it begins, in order, also after a restart',
      'runs created but tasks never run',
      'two runs in one second share a directory',
    ],
  },
  {
    breaks: 'the day of a cron expression is dropped',
    open: changing(withoutDay),
    fails: ['workflow cron drops the day field'],
  },
];
