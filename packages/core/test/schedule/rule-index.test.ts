import { describe, expect, it } from 'vitest';
import type { JobRule } from '../../src/index.ts';
import { all, any, event, finished, RuleBook, RuleMemory } from '../../src/index.ts';
import { job, logged, rule, status } from './telling.ts';

/** What an event makes the rules do: how many are told of it, and how many of their comparisons look at it. */
function work(book: RuleBook<JobRule>, of: Parameters<typeof logged>[0]): readonly [number, number] {
  const matches = book.matching(logged(of, 1));
  return [matches.length, matches.reduce((sum, match) => sum + match.leaves.length, 0)];
}

const many = 10_000;
const numbers = Array.from({ length: many }, (_, number) => number);

describe('an event among many rules', () => {
  it('is told to the one that looks at it, however many there are', () => {
    const book = new RuleBook(numbers.map((number) => rule(event({ key: `key-${number}`, value: '1' }))));
    expect(work(book, { key: 'key-77', value: '1' })).toEqual([1, 1]);
    expect(work(book, { key: 'key-77', value: '1', namespace: 'other' })).toEqual([0, 0]);
    const statuses = new RuleBook(numbers.map((number) => rule(finished(job(`job-${number}`)))));
    expect(work(statuses, status('job-77', 'FINISHED'))).toEqual([1, 1]);
  });

  it('is told to those with wildcards as well, and to no other', () => {
    const book = new RuleBook([
      ...numbers.map((number) => rule(event({ key: '*', sender: `sender-${number}` }))),
      ...numbers.map((number) => rule(event({ key: `key-${number}`, namespace: '*', eventType: '*' }))),
      rule(event({ key: '*' })),
    ]);
    expect(work(book, { key: 'key-5', value: '', sender: 'sender-6' })).toEqual([3, 3]);
  });

  it('reaches one comparison of a rule that has many', () => {
    const both = [all, any].map((group) =>
      rule(group(...numbers.map((number) => finished(job(`job-${number}`))))),
    );
    expect(work(new RuleBook(both), status('job-9', 'FINISHED'))).toEqual([2, 2]);
  });

  it('comes to each rule once, with all of its comparisons that look at it, in order', () => {
    const book = new RuleBook([
      rule(
        any(event({ key: '*' }), event({ key: 'a' }), event({ key: 'b' }), event({ key: 'a', value: '1' })),
      ),
    ]);
    expect(book.matching(logged({ key: 'a', value: '' }, 1)).map((match) => match.leaves)).toEqual([
      [0, 1, 3],
    ]);
  });
});

describe('what rules remember', () => {
  it('is nothing where one event is enough', () => {
    const memory = new RuleMemory(
      new RuleBook(numbers.map((number) => rule(finished(job(`job-${number}`))))),
    );
    for (const number of numbers.slice(0, 100))
      memory.apply(logged(status(`job-${number}`, 'FINISHED'), number + 1));
    expect([...memory.marks()]).toEqual([]);
  });

  it('is written down once for each event that meets a part, and cleared in one stroke', () => {
    const memory = new RuleMemory(
      new RuleBook([rule(all(...numbers.map((number) => event({ key: `k${number}` }))))]),
    );
    const changes = numbers.map(
      (number) => memory.apply(logged({ key: `k${number}`, value: '' }, number + 1)).changes,
    );
    expect(new Set(changes.slice(0, -1).map((each) => each.map((change) => change.kind).join()))).toEqual(
      new Set(['put']),
    );
    expect(changes.at(-1)?.map((change) => change.kind)).toEqual(['clear', 'fired']);
  });
});
