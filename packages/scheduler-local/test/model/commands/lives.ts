import * as fc from 'fast-check';
import { workflowNames } from '../definitions.ts';
import type { Pair } from '../pair.ts';
import { die, restart } from '../restart.ts';
import { start } from './asking.ts';
import type { Command } from './command.ts';
import { command } from './command.ts';
import type { Sent } from './outside.ts';
import { event, publishAll, withoutHome } from './outside.ts';

/** What happens until the next scheduler starts. */
interface Gap {
  readonly milliseconds: number;
  /** Which of the attempts that run cannot be found afterwards; 0 for none. */
  readonly vanishing: number;
  /** Which ends meanwhile; 0 for none. */
  readonly ending: number;
}

function reopening(gap: Gap): Command {
  return command(`reopen(${JSON.stringify(gap)})`, async (pair) => {
    await pair.real.scheduler.close();
    await pair.refuseAsked();
    await startAgain(pair, gap);
  });
}

/** It dies while it does nothing, or after something was asked of it that it had no time to begin with. */
function killing(unheard: readonly Sent[], gap: Gap): Command {
  return command(`kill(${JSON.stringify(unheard)}, ${JSON.stringify(gap)})`, async (pair) => {
    if (unheard.length > 0)
      pair.real.scheduler.events.publish(unheard.map(withoutHome)).catch(() => undefined);
    await pair.real.kill();
    await startAgain(pair, gap);
  });
}

/** It dies while attempts begin: the commit is there, and the starts do not arrive or are not heard of. */
function killingAtStart(
  starts: 'unheard' | 'lost',
  name: string | null,
  events: readonly Sent[],
  gap: Gap,
): Command {
  return command(
    `killAtStart(${starts}, ${name}, ${JSON.stringify(events)}, ${JSON.stringify(gap)})`,
    async (pair) => {
      pair.real.breakStarts(starts);
      pair.change((state) => (state.starts = starts));
      if (name === null) publishAll(pair, events);
      else start(pair, name, null, null);
      await pair.agree();
      await pair.real.kill();
      await startAgain(pair, gap);
    },
  );
}

async function startAgain(pair: Pair, { milliseconds, vanishing, ending }: Gap): Promise<void> {
  const { real, change } = pair;
  pair.forgetAsked();
  change(die);
  if (vanishing > 0) pair.vanish(vanishing);
  if (ending > 0) pair.end(ending, ending % 2 === 0 ? 'FINISHED' : 'FAILED');
  await real.clock.advance(milliseconds);
  change((state) => {
    state.now += milliseconds;
    restart(state);
  });
  await real.start();
}

const gap: fc.Arbitrary<Gap> = fc.record({
  milliseconds: fc.constantFrom(1, 1, 3000, 20_000, 130_000),
  vanishing: fc.constantFrom(0, 0, 0, 1, 2),
  ending: fc.constantFrom(0, 0, 1, 2, 3),
});
const events = fc.array(event, { minLength: 1, maxLength: 2 });

/** The ends of schedulers, orderly and otherwise. */
export const lives: fc.Arbitrary<Command> = fc.oneof(
  { weight: 2, arbitrary: gap.map(reopening) },
  { weight: 1, arbitrary: fc.tuple(fc.oneof(fc.constant([]), events), gap).map((all) => killing(...all)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom<'unheard' | 'lost'>('unheard', 'lost'),
        fc.constantFrom(null, ...workflowNames),
        events,
        gap,
      )
      .map((all) => killingAtStart(...all)),
  },
);
