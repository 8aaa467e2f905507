import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { any, event, finished, RuleBook, RuleShelf } from '../../src/index.ts';
import { job, logged, rule } from './telling.ts';

const names = fc.constantFrom('a', 'b', '*');
const pattern = fc.record({ key: names, namespace: names, eventType: names, sender: names });
const book = fc
  .array(pattern, { minLength: 1, maxLength: 3 })
  .map(
    (patterns) => new RuleBook([rule(any(...patterns.map((each) => event(each)))), rule(finished(job('a')))]),
  );
const name = fc.constantFrom('a', 'b');
const events = fc.array(fc.record({ key: name, namespace: name, eventType: name, sender: name }));

test('of many books an event finds those that have a rule for it, each once, and none that was taken away', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(book, book)), fc.nat(), events, (owners, removed, told) => {
      const shelf = new RuleShelf<number>();
      for (const [owner, books] of owners.entries()) for (const each of books) shelf.add(owner, each);
      const gone = removed % (owners.length + 1);
      for (const each of owners[gone] ?? []) shelf.remove(gone, each);
      for (const each of told) {
        const heard = logged({ ...each, value: '' }, 1);
        const wanted = owners.flatMap((books, owner) =>
          owner !== gone && books.some((one) => one.matching(heard).length > 0) ? [owner] : [],
        );
        expect(shelf.hearing(heard).toSorted((one, other) => one - other)).toEqual(wanted);
      }
    }),
  );
});
