import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { asking, starting, submitting } from './model/commands/asking.ts';
import type { Command } from './model/commands/command.ts';
import { lives } from './model/commands/lives.ts';
import { outside } from './model/commands/outside.ts';
import { definition, pool } from './model/definitions.ts';
import { Endless } from './model/follow.ts';
import { Pair } from './model/pair.ts';
import { Real } from './model/real.ts';

const sequences = Number(process.env['AIFLOW_TEST_SEQUENCES'] ?? 200);
const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);

const beginning: fc.Arbitrary<Command> = fc
  .tuple(definition, fc.constantFrom('a', 'b'))
  .map((all) => submitting(...all));
const anything = fc.oneof(
  { weight: 5, arbitrary: asking },
  { weight: 6, arbitrary: outside },
  { weight: 1, arbitrary: lives },
);

test(
  `whatever is asked of it and happens to it, it does what the model does (AIFLOW_TEST_SEED=${seed})`,
  { timeout: 10_000 + sequences * 1000 },
  async () => {
    const places = fc.constantFrom(1, 2, 3, 64);
    const commands = fc.commands([beginning, anything], { maxCommands: 30, size: 'max' });
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(places, definition, commands, async (maxRunning, first, commands) => {
        const real = new Real(maxRunning, { [pool]: 2 });
        try {
          await real.start();
          const pair = new Pair(real, maxRunning, { [pool]: 2 });
          await submitting(first, 'a').run(pair, real);
          await starting(first.workflowName, null, null).run(pair, real);
          await fc.asyncModelRun(() => ({ model: pair, real }), commands);
          compared += 1;
        } catch (error) {
          if (!(error instanceof Endless)) throw error;
        } finally {
          await real.dispose();
        }
      }),
      { numRuns: sequences, seed },
    );
    expect(compared).toBeGreaterThan(sequences / 2);
  },
);
