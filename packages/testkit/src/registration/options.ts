import type { TestRunner } from '../suite/runner.ts';

export interface RegistrationSuiteOptions extends TestRunner {
  /** The directory of the package, such as `new URL('..', import.meta.url)`. The package must have been built. */
  readonly packageDirectory: URL;
}
