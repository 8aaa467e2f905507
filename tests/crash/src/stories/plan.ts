import type {
  Condition,
  ContextExtractorSpec,
  ScheduleSpec,
  Workflow,
  WorkflowCondition,
} from '@aiflow/core';
import { compileWorkflow, createRegistry, defineWorkflow, registerPlugin } from '@aiflow/core';
import { bash, bashJobPlugin } from '@aiflow/job-bash';

/** A job as it is meant to behave; `job.sh` says what the first six are. */
export interface JobPlan {
  readonly name: string;
  readonly ms: number;
  readonly fails?: number;
  readonly hangs?: number;
  readonly says?: number;
  readonly deaf?: boolean;
  readonly stray?: boolean;
  /** How many times it is tried again. */
  readonly retries?: number;
  readonly timeoutSeconds?: number;
  readonly isNarrow?: boolean;
  readonly startWhen?: Condition;
  readonly restartWhen?: Condition;
  readonly stopWhen?: Condition;
  readonly schedule?: ScheduleSpec;
}

export interface WorkflowPlan {
  readonly name: string;
  readonly jobs: readonly JobPlan[];
  /** Whether its attempts may end KILLED. */
  readonly mayBeStopped?: boolean;
  readonly jobsAtOnce?: number;
  readonly executionsAtOnce?: number;
  readonly startWhen?: WorkflowCondition;
  readonly extractor?: ContextExtractorSpec;
  readonly schedule?: ScheduleSpec;
}

const registry = createRegistry();
registerPlugin(bashJobPlugin, registry);

export function compilePlan(plan: WorkflowPlan): Promise<Workflow> {
  const graph = defineWorkflow(plan.name, (workflow) => {
    for (const job of plan.jobs) {
      const { name, deaf, retries, timeoutSeconds, isNarrow, startWhen, restartWhen, stopWhen, schedule } =
        job;
      const drawn = workflow.job(
        name,
        {
          properties: { stop_grace_seconds: deaf === true ? 0.6 : 0.2 },
          ...(retries !== undefined && { retry: { limit: retries, delay: 0.05, maxDelay: 0.3 } }),
          ...(timeoutSeconds !== undefined && { timeout: timeoutSeconds }),
          ...(isNarrow === true && { pool: 'narrow' }),
        },
        (builder) => {
          builder.node(bash(commandOf(job)));
        },
      );
      if (startWhen !== undefined) drawn.startWhen(startWhen);
      if (restartWhen !== undefined) drawn.restartWhen(restartWhen);
      if (stopWhen !== undefined) drawn.stopWhen(stopWhen);
      if (schedule !== undefined) drawn.schedule(schedule);
    }
    const { jobsAtOnce, executionsAtOnce, startWhen, extractor, schedule } = plan;
    workflow.limit({
      ...(jobsAtOnce !== undefined && { jobs: jobsAtOnce }),
      ...(executionsAtOnce !== undefined && { executions: executionsAtOnce }),
    });
    if (startWhen !== undefined) workflow.startWhen(startWhen);
    if (extractor !== undefined) workflow.extractContext(extractor);
    if (schedule !== undefined) workflow.schedule(schedule);
  });
  return compileWorkflow(graph, { resourceDir: '/nowhere', registry });
}

function commandOf({ ms, fails = 0, hangs = 0, says = 0, deaf = false, stray = false }: JobPlan): string {
  const flags = `${deaf ? ' deaf=1' : ''}${stray ? ' stray=1' : ''}`;
  return `ms=${ms} fails=${fails} hangs=${hangs} says=${says}${flags}; . "$CRASH_ROOM/job.sh"`;
}
