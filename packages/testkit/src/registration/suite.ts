import { declareSuite } from '../suite/runner.ts';
import { entryCases } from './cases/entry.ts';
import { packageCases } from './cases/package.ts';
import { directoryOf, openRegistration } from './context.ts';
import type { RegistrationSuiteOptions } from './options.ts';
import { nameOf, readPackage } from './package.ts';

/** What every package with plugins must do: say what it is without being run, and register just that when imported. */
export function registrationSuite(options: RegistrationSuiteOptions): void {
  const name = `registration of ${nameOf(readPackage(directoryOf(options)))}`;
  declareSuite(options, { name, options, cases: [...packageCases, ...entryCases], open: openRegistration });
}
