import type { EventPattern, JobRule, RuleEvent } from '@aiflow/core';
import { event, RuleBook, RuleMemory } from '@aiflow/core';
import type { Bench, BenchContext } from './bench.ts';
import { inTurn, median, timed } from './measure.ts';
import { describeTime } from './report.ts';

const rounds = 7;
const goal = 2;

export const rules: Bench = {
  summary: 'tell rules of events, beside one rule alone',
  run: async (context) => {
    const events = context.scaled(100_000);
    const many = context.scaled(10_000);
    await measure(
      context,
      `${many} rules of which one fires`,
      events,
      rulesOn(many, () => ({})),
      goal,
    );
    await measure(context, 'the same, with wildcards of every kind', events, rulesOn(many, wildcards), null);
  },
};

type Pattern = Partial<EventPattern>;

/** Rules on a key of their own each; the first is the one that the events are for. */
function rulesOn(count: number, pattern: (at: number) => Pattern): readonly JobRule[] {
  return Array.from({ length: count }, (_, at) => ({
    jobName: `job_${at}`,
    action: 'START',
    condition: event({ ...pattern(at), key: `key_${at}`, value: 'ready' }),
  }));
}

/** Each eighth of the rules leaves open something else. */
function wildcards(at: number): Pattern {
  return {
    namespace: at & 1 ? '*' : 'default',
    eventType: at & 2 ? '*' : 'UNDEFINED',
    sender: at & 4 ? '*' : 'me',
  };
}

async function measure(
  context: BenchContext,
  what: string,
  count: number,
  all: readonly JobRule[],
  goal: number | null,
): Promise<void> {
  const told = events(count);
  const books = { many: new RuleBook(all), one: new RuleBook(all.slice(0, 1)) };
  const times = await inTurn(rounds, {
    many: () => timed(() => tell(books.many, told)),
    one: () => timed(() => tell(books.one, told)),
  });
  const [many, one] = [median(times.many), median(times.one)];
  const each = (time: number): string => `${((time / count) * 1000).toFixed(2)} µs an event`;
  context.report.measured({
    what,
    ours: `${each(many)} (${count} events in ${describeTime(many)})`,
    beside: `one rule ${each(one)}`,
    ratio: many / one,
    ...(goal !== null && { goal: { text: `at most ${goal} ×`, met: many / one <= goal } }),
  });
}

function events(count: number): readonly RuleEvent[] {
  const same = { key: 'key_0', value: 'ready', eventType: 'UNDEFINED', namespace: 'default', sender: 'me' };
  return Array.from({ length: count }, (_, at) => ({ ...same, version: at + 1 }));
}

function tell(book: RuleBook, told: readonly RuleEvent[]): void {
  const memory = new RuleMemory(book);
  let fired = 0;
  for (const each of told) fired += memory.apply(each).fired.length;
  if (fired !== told.length)
    throw new Error(`expected every event to fire one rule, not ${fired} of ${told.length}`);
}
