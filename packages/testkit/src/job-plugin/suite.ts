import type { Case } from '../suite/case.ts';
import { declareSuite } from '../suite/runner.ts';
import { cleanupCases } from './cases/cleanup.ts';
import { crashCases } from './cases/crash.ts';
import { findCases } from './cases/find.ts';
import { generateCases } from './cases/generate.ts';
import { handleCases } from './cases/handle.ts';
import { processCases } from './cases/processes.ts';
import { resultCases } from './cases/result.ts';
import { stopCases } from './cases/stop.ts';
import type { JobPluginSuiteOptions } from './options.ts';
import type { Workbench } from './workbench.ts';
import { openWorkbench } from './workbench.ts';

/**
 * What every job plugin must do, on its real platform: a deterministic generator, results instead of exceptions, a
 * stop that leaves nothing behind, and jobs that are found again after the process that submitted them was killed.
 * Declared capabilities add cases: `localProcesses` (the job is processes of this machine) those of the process tree.
 */
export function jobPluginSuite(options: JobPluginSuiteOptions): void {
  if (options.factory.capabilities['localProcesses'] === true && options.jobs.startsProcesses === undefined) {
    throw new Error(
      'a job plugin with the capability localProcesses needs the job startsProcesses in its conformance suite',
    );
  }
  const cases: readonly Case<JobPluginSuiteOptions, Workbench>[] = [
    ...generateCases,
    ...resultCases,
    ...handleCases,
    ...stopCases,
    ...processCases,
    ...cleanupCases,
    ...findCases,
    ...crashCases,
  ];
  declareSuite(options, { name: `job plugin ${options.factory.name}`, options, cases, open: openWorkbench });
}
