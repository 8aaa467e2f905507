import { faulty } from './language-mutants.ts';
import type { SchedulerMutant } from './mutants.ts';
import { broken } from './mutants.ts';
import { storeOf } from './store.ts';

const dropped =
  'what rules ask for a job whose scheduling is stopped is dropped, also after a restart, and a person may start it';
const resumed =
  'a job whose scheduling is resumed follows its rules from then on, and nothing is made up for';
const ticks = 'ticks of a job whose scheduling is stopped pass';

/** Mistakes with the scheduling of single jobs, and with who stops them. */
export const schedulingMutants: readonly SchedulerMutant[] = [
  {
    breaks: 'a job that its rule stopped makes its execution KILLED',
    open: faulty({ blamesRules: true }),
    fails: ['a STOP rule stops its job, KILLED as stopped_by_rule, and the execution ends FINISHED'],
  },
  {
    breaks: 'a job that a person stopped counts as stopped by a rule',
    open: faulty({ excusesPersons: true }),
    fails: ['a job that a person stopped makes its execution KILLED, whatever its rules say afterwards'],
  },
  {
    breaks: 'a job whose scheduling is stopped is scheduled all the same',
    open: broken((good) => ({
      stopSchedulingJob: async (jobName, id) => {
        const stopped = await good.stopSchedulingJob(jobName, id);
        await good.resumeSchedulingJob(jobName, id);
        return stopped;
      },
    })),
    fails: [dropped, resumed, ticks],
  },
  {
    breaks: 'a stop of the scheduling is forgotten at a restart',
    open: broken((good, { name }) => ({
      close: async () => {
        await good.close();
        for (const execution of storeOf(name).executions.values()) {
          execution.info = { ...execution.info, unscheduledJobs: [] };
        }
      },
    })),
    fails: [dropped],
  },
  {
    breaks: 'what was dropped is made up for',
    open: broken((good) => ({
      resumeSchedulingJob: async (jobName, id) => {
        const resumed = await good.resumeSchedulingJob(jobName, id);
        if (resumed !== null) await good.startJobExecution(jobName, id);
        return resumed;
      },
    })),
    fails: [resumed, ticks],
  },
  {
    breaks: 'a job whose scheduling is stopped cannot be started by hand',
    open: broken((good) => ({
      startJobExecution: async (jobName, id) => {
        const execution = await good.getWorkflowExecution(id);
        const isStopped = execution?.unscheduledJobs.includes(jobName) ?? false;
        return isStopped ? null : await good.startJobExecution(jobName, id);
      },
    })),
    fails: [dropped],
  },
];
