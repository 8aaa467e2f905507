import type { Case, CaseContext } from './case.ts';

/**
 * What the suites need of a test runner: the `describe` and `it` of vitest, `node:test` and jest all fit. A case that
 * does not apply is declared with `it.skip` and its reason, so that a report shows it. A suite bounds its own waits;
 * give the runner a longer time limit than that (a minute for each case).
 */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  readonly it: {
    (name: string, body: () => Promise<void>): unknown;
    readonly skip: (name: string, body: () => Promise<void>) => unknown;
  };
}

export interface Suite<Options, Context extends CaseContext> {
  readonly name: string;
  readonly options: Options;
  readonly cases: readonly Case<Options, Context>[];
  readonly open: (options: Options) => Promise<Context>;
}

/** Declares a suite's cases with the runner. */
export function declareSuite<Options, Context extends CaseContext>(
  { describe, it }: TestRunner,
  suite: Suite<Options, Context>,
): void {
  describe(suite.name, () => {
    for (const each of suite.cases) {
      const reason = each.skip?.(suite.options) ?? null;
      if (reason === null) it(each.name, async () => await runCase(each, suite));
      else it.skip(`${each.name} (skipped: ${reason})`, async () => await runCase(each, suite));
    }
  });
}

async function runCase<Options, Context extends CaseContext>(
  each: Case<Options, Context>,
  suite: Suite<Options, Context>,
): Promise<void> {
  const context = await suite.open(suite.options);
  try {
    await each.run(context);
  } catch (error) {
    // The case's own failure is what its author must see; one of the clean-up that follows from it would hide it.
    await context.dispose().catch(() => undefined);
    throw error;
  }
  await context.dispose();
}
