import { test } from 'vitest';
import { homeOf, isInstalled } from './cache.ts';
import type { Engine } from './engine.ts';

/**
 * Declares the tests that need an engine; they get its folder. Where it is not installed one test is skipped that
 * says so, or fails under `AIFLOW_REQUIRE_ENGINES=1`.
 */
export function whereEngine(engine: Engine, tests: (home: string) => void): void {
  if (isInstalled(engine)) return tests(homeOf(engine));
  const why = `${engine.name} ${engine.version} is not installed: npm run engines`;
  // oxlint-disable-next-line vitest/expect-expect -- it says why there is nothing to expect
  test(`with ${engine.name}`, (context) => {
    if (process.env['AIFLOW_REQUIRE_ENGINES'] === '1') throw new Error(why);
    context.skip(why);
  });
}
