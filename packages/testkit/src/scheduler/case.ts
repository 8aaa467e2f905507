import type { Case } from '../suite/case.ts';
import type { SchedulerContext } from './context.ts';
import type { SchedulerSuiteOptions } from './options.ts';

export type SchedulerCase = Case<SchedulerSuiteOptions, SchedulerContext>;

/** The skip of cases that are only for schedulers with a capability. */
export function needs(capability: string): (options: SchedulerSuiteOptions) => string | null {
  return ({ capabilities = {} }) =>
    capabilities[capability] === true ? null : `the plugin does not declare the capability ${capability}`;
}
