import { describe } from 'vitest';
import type { ProcessLauncher } from '../src/index.ts';
import { crashCases } from './suite/crash.ts';
import { launchCases } from './suite/launch.ts';
import { stopCases } from './suite/stop.ts';
import { waitCases } from './suite/wait.ts';

export interface SuiteOptions {
  /** A launcher without memory, as another process would have. */
  readonly create: () => ProcessLauncher;
  /** A module that exports the same function as `create`, for a process that launches and is killed. */
  readonly module: URL;
}

/** What every launcher must do. */
export function processLauncherSuite(name: string, options: SuiteOptions): void {
  // oxlint-disable-next-line vitest/valid-title -- each implementation gives its own
  describe(name, () => {
    launchCases(options);
    waitCases(options);
    stopCases(options);
    crashCases(options);
  });
}
