import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition, JobRule, RuleChange, RuleEvent, RuleMark, RuleState } from '../../src/index.ts';
import { applyEvent, RuleBook, RuleMemory } from '../../src/index.ts';
import { NaiveRule } from './naive-rules.ts';
import { rule, status } from './telling.ts';

const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);
const check = <T>(property: fc.IProperty<T>): void => fc.assert(property, { seed, numRuns: 1500 });

// Few words, so that events and patterns often meet.
const keys = ['a', 'b'] as const;
const statuses = ['RUNNING', 'FINISHED', 'FAILED'] as const;
const jobStatus = fc.record({ jobName: fc.constantFrom(...keys), status: fc.constantFrom(...statuses) });

const pattern = {
  key: fc.constantFrom(...keys, '*'),
  eventType: fc.constantFrom('UNDEFINED', 'JOB_STATUS_CHANGED', '*'),
  namespace: fc.constantFrom('default', 'n', '*'),
  sender: fc.constantFrom('s', null, '*'),
  life: fc.constantFrom('ONCE' as const, 'REPEATED' as const),
};
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  jobStatus.map((made) => ({ kind: 'job_status' as const, ...made })),
  fc.record({
    kind: fc.constant('event' as const),
    ...pattern,
    value: fc.constantFrom('1', '2', 'FINISHED', '*'),
    valueCondition: fc.constant('EQUALS' as const),
  }),
  fc.record({
    kind: fc.constant('event' as const),
    ...pattern,
    value: fc.constant(null),
    valueCondition: fc.constant('UPDATED' as const),
  }),
);
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: leaf, weight: 1 },
    {
      arbitrary: fc.record({
        kind: fc.constantFrom('all' as const, 'any' as const),
        of: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
      }),
      weight: 2,
    },
  ),
}));
const rules = fc.array(
  condition.map((made) => rule(made)),
  { minLength: 1, maxLength: 4 },
);

const anyEvent = fc.oneof(
  { arbitrary: jobStatus.map(({ jobName, status: to }) => status(jobName, to)), weight: 1 },
  {
    arbitrary: fc.record({
      key: fc.constantFrom(...keys),
      value: fc.constantFrom('1', '2', 'FINISHED'),
      eventType: fc.constantFrom('UNDEFINED', 'JOB_STATUS_CHANGED'),
      namespace: fc.constantFrom('default', 'n'),
      sender: fc.constantFrom('s', null),
    }),
    weight: 2,
  },
);

/** Events with their versions: one after the other, but for those that come late. */
const eventsWith = (late: fc.Arbitrary<number>): fc.Arbitrary<readonly RuleEvent[]> =>
  fc.array(fc.tuple(anyEvent, late), { minLength: 1, maxLength: 25 }).map((made) =>
    made.map(([{ eventType = '', namespace = '', sender = null, ...event }, by], at) => ({
      ...event,
      eventType,
      namespace,
      sender,
      version: Math.max(1, at + 1 - by),
    })),
  );
const events = eventsWith(
  fc.oneof({ arbitrary: fc.constant(0), weight: 2 }, { arbitrary: fc.nat(9), weight: 1 }),
);
const eventsInOrder = eventsWith(fc.constant(0));

/** The changes as a scheduler stores them: rows in a table, and nothing else. */
class Table {
  readonly marks = new Map<string, RuleMark>();
  readonly firedAt = new Map<number, number>();

  store(changes: readonly RuleChange[]): void {
    const id = (of: Omit<RuleMark, 'version'>): string => JSON.stringify([of.rule, of.leaf, of.source]);
    for (const change of changes) {
      if (change.kind === 'put') this.marks.set(id(change.mark), change.mark);
      else if (change.kind === 'forget') this.marks.delete(id(change));
      else if (change.kind === 'fired') this.firedAt.set(change.rule, change.version);
      else for (const [key, mark] of this.marks) if (mark.rule === change.rule) this.marks.delete(key);
    }
  }
}

const placesOf = (list: readonly JobRule[], fired: readonly JobRule[]): number[] =>
  fired.map((each) => list.indexOf(each));

describe(`rules told of random events (AIFLOW_TEST_SEED=${seed})`, () => {
  it('fire as those that keep every event and ask their whole condition each time', () => {
    check(
      fc.property(rules, events, (list, told) => {
        const memory = new RuleMemory(new RuleBook(list));
        const naive = list.map((each) => new NaiveRule(each));
        for (const event of told) {
          const expected = naive.flatMap((each, index) => (each.tell(event) ? [index] : []));
          expect(placesOf(list, memory.apply(event).fired)).toEqual(expected);
        }
      }),
    );
  });

  it('go on from what was stored, at any time, as if nothing had happened', () => {
    check(
      fc.property(rules, events, fc.infiniteStream(fc.boolean()), (list, told, restores) => {
        const book = new RuleBook(list);
        const unbroken = new RuleMemory(book);
        const table = new Table();
        let memory = new RuleMemory(book);
        for (const event of told) {
          if (restores.next().value === true) {
            memory = new RuleMemory(book, table.marks.values(), table.firedAt);
          }
          const { fired, changes } = memory.apply(event);
          table.store(changes);
          expect(placesOf(list, fired)).toEqual(placesOf(list, unbroken.apply(event).fired));
          expect(sorted(table.marks.values())).toEqual(sorted(unbroken.marks()));
          expect(table.firedAt).toEqual(unbroken.firedAt);
        }
      }),
    );
  });

  it('need not store when they fired where events come in order', () => {
    check(
      fc.property(rules, eventsInOrder, (list, told) => {
        const book = new RuleBook(list);
        const unbroken = new RuleMemory(book);
        const table = new Table();
        for (const event of told) {
          const { fired, changes } = new RuleMemory(book, table.marks.values()).apply(event);
          table.store(changes);
          expect(placesOf(list, fired)).toEqual(placesOf(list, unbroken.apply(event).fired));
        }
      }),
    );
  });

  it('fire one by one as they do together', () => {
    check(
      fc.property(rules, events, (list, told) => {
        const memory = new RuleMemory(new RuleBook(list));
        const states = new Map<number, RuleState>();
        for (const event of told) {
          const outcomes = list.map((each, index) => applyEvent(each, states.get(index) ?? null, event));
          for (const [index, { state }] of outcomes.entries()) states.set(index, state);
          const fired = outcomes.flatMap((outcome, index) => (outcome.fires ? [index] : []));
          expect(placesOf(list, memory.apply(event).fired)).toEqual(fired);
        }
      }),
    );
  });
});

function sorted(marks: Iterable<RuleMark>): string[] {
  return [...marks]
    .map(({ rule: index, leaf: of, source, version }) => JSON.stringify([index, of, source, version]))
    .sort();
}
