import type {
  ContextExtractor,
  Job,
  JobConfig,
  JobRule,
  Workflow,
  WorkflowLimits,
  WorkflowRule,
} from '@aiflow/core';
import { startsWithExecution } from '@aiflow/core';
import { spellLimits, spellPolicy } from '../words/policy.ts';
import { spellJobRules, spellWorkflowRules } from '../words/rules.ts';
import type { ToldSchedule } from '../words/schedule.ts';
import { tellSchedules } from '../words/schedule.ts';

/** Which facts are asked for. */
export interface FactsWanted {
  readonly rules: boolean;
  readonly schedule: boolean;
  /** From when on ticks are told, in milliseconds since 1970. */
  readonly from: number;
}

/** When a compiled workflow and its jobs start, stop and restart: as data, and in sentences (`says`). */
export interface WorkflowFacts {
  readonly projectName: string;
  readonly workflowName: string;
  readonly says: readonly string[];
  readonly rules?: readonly WorkflowRule[];
  readonly contextExtractor?: ContextExtractor | null;
  readonly limits?: WorkflowLimits;
  readonly schedules?: readonly ToldSchedule[];
  readonly jobs: readonly JobFacts[];
}

interface JobFacts extends Omit<JobConfig, 'schedules' | 'properties'> {
  readonly says: readonly string[];
  readonly rules?: readonly Omit<JobRule, 'jobName'>[];
  readonly schedules?: readonly ToldSchedule[];
}

export function workflowFacts(workflow: Workflow, projectName: string, wanted: FactsWanted): WorkflowFacts {
  const { workflowName, workflowRules, contextExtractor, schedules, limits } = workflow;
  const told = tellSchedules(schedules, wanted.from);
  const rules = Map.groupBy(workflow.rules, ({ jobName }) => jobName);
  const first = new Set(startsWithExecution(workflow));
  return {
    projectName,
    workflowName,
    says: [
      ...spellTimes(told, 'starts', wanted),
      ...(wanted.rules ? [...spellWorkflowRules(workflow), ...spellLimits(limits)] : []),
      ...(!wanted.rules && workflowRules.length > 0 ? [byRules] : []),
      'can be started by hand',
    ],
    ...(wanted.rules && { rules: workflowRules, contextExtractor, limits }),
    ...(wanted.schedule && { schedules: told }),
    jobs: workflow.jobs.map((job) => {
      const { jobName } = job.config;
      return jobFacts(job, rules.get(jobName) ?? [], first.has(jobName), wanted);
    }),
  };
}

function jobFacts(job: Job, rules: readonly JobRule[], isFirst: boolean, wanted: FactsWanted): JobFacts {
  const { schedules = [], properties: _, ...config } = job.config;
  const told = tellSchedules(schedules, wanted.from);
  const { platform, engine } = job;
  return {
    ...config,
    platform,
    engine,
    says: [
      ...(isFirst ? ['starts with the workflow'] : []),
      // Each tick is a restart.
      ...spellTimes(told, 'starts, or restarts if it runs,', wanted),
      ...(wanted.rules ? [...spellJobRules(rules), ...spellPolicy(job)] : rules.length > 0 ? [byRules] : []),
    ],
    ...(wanted.rules && { rules: rules.map(({ action, condition }) => ({ action, condition })) }),
    ...(wanted.schedule && { schedules: told }),
  };
}

const byRules = 'has rules, which --rules tells';

function spellTimes(told: readonly ToldSchedule[], verb: string, { schedule }: FactsWanted): string[] {
  if (schedule) return told.map(({ says }) => `${verb} ${says}`);
  return told.length > 0 ? ['has times of its own, which --schedule tells'] : [];
}
