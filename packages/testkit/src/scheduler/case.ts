import type { Case } from '../suite/case.ts';
import type { SchedulerContext } from './context.ts';
import type { SchedulerSuiteOptions } from './options.ts';

export type SchedulerCase = Case<SchedulerSuiteOptions, SchedulerContext>;
