import { declareSuite } from '../suite/runner.ts';
import { eventCases } from './cases/events.ts';
import { executionEventCases } from './cases/execution-events.ts';
import { executionCases } from './cases/executions.ts';
import { jobScheduleCases } from './cases/job-schedules.ts';
import { jobSchedulingCases } from './cases/job-scheduling.ts';
import { jobCases } from './cases/jobs.ts';
import { lifecycleCases } from './cases/lifecycle.ts';
import { limitCases } from './cases/limits.ts';
import { outsideEventCases } from './cases/outside-events.ts';
import { poolCases } from './cases/pools.ts';
import { retryCases } from './cases/retries.ts';
import { ruleCases } from './cases/rules.ts';
import { stoppingCases } from './cases/stopping.ts';
import { timeoutCases } from './cases/timeouts.ts';
import { trapCases } from './cases/traps.ts';
import { workflowRuleCases } from './cases/workflow-rules.ts';
import { workflowScheduleCases } from './cases/workflow-schedules.ts';
import { workflowCases } from './cases/workflows.ts';
import { openScheduler } from './context.ts';
import type { SchedulerSuiteOptions } from './options.ts';
import { withTraps } from './traps.ts';

/** What every scheduler must do: its methods, the rules between jobs, the event log, and all of it after a restart. */
export function schedulerSuite(options: SchedulerSuiteOptions): void {
  const cases = [
    ...workflowCases,
    ...executionCases,
    ...stoppingCases,
    ...jobCases,
    ...ruleCases,
    ...eventCases,
    ...lifecycleCases,
    ...outsideEventCases,
    ...executionEventCases,
    ...limitCases,
    ...retryCases,
    ...timeoutCases,
    ...poolCases,
    ...jobScheduleCases,
    ...jobSchedulingCases,
    ...workflowScheduleCases,
    ...workflowRuleCases,
    ...trapCases,
  ].map(withTraps);
  declareSuite(options, { name: `scheduler ${options.name}`, options, cases, open: openScheduler });
}
