import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContextExtractor, Event } from '../../src/index.ts';
import { extractContext } from '../../src/index.ts';
import { errorOf } from '../thrown.ts';

type Field = Extract<ContextExtractor, { readonly kind: 'field' }>;

const plain: Event = {
  version: 7,
  key: 'k',
  value: 'v',
  eventType: 't',
  namespace: 'n',
  sender: 's',
  context: 'c',
  workflowExecutionId: null,
  createTime: 0,
};
const field = (name: Field['field'], pointer: string | null = null): Field => ({
  kind: 'field',
  field: name,
  pointer,
});

/** The contexts of an event with this value. */
function found(value: unknown, pointer: string | null): unknown {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return extractContext(field('value', pointer), { ...plain, value: text });
}
const contexts = (...names: string[]): unknown => ({ contexts: names });

describe('the context of an event', () => {
  it('is that of all executions without an extractor', () => {
    expect(extractContext(null, plain)).toEqual({ broadcast: true });
    expect(extractContext(null, { ...plain, context: null })).toEqual({ broadcast: true });
  });

  it.each([
    ['key', 'k'],
    ['value', 'v'],
    ['sender', 's'],
    ['namespace', 'n'],
    ['context', 'c'],
  ] as const)('is the text of its %s as it stands', (name, text) => {
    expect(extractContext(field(name), plain)).toEqual(contexts(text));
  });

  it('is none where the field is empty or null, so that the event is dropped', () => {
    expect(extractContext(field('sender'), { ...plain, sender: null })).toEqual(contexts());
    expect(extractContext(field('value'), { ...plain, value: '' })).toEqual(contexts());
    expect(extractContext(field('sender', '/a'), { ...plain, sender: null })).toEqual(contexts());
  });

  it('is not looked for in the field without a pointer, whatever JSON stands there', () => {
    expect(found('["a"]', null)).toEqual(contexts('["a"]'));
  });

  it.each([
    ['a text', 'x', 'x'],
    ['a number', 4, '4'],
    ['zero', 0, '0'],
    ['a fraction', 0.5, '0.5'],
    ['true', true, 'true'],
    ['false', false, 'false'],
  ])('is %s that a pointer points at', (_, value, expected) => {
    expect(found({ run: { id: value } }, '/run/id')).toEqual(contexts(expected));
    expect(found(JSON.stringify(value), '')).toEqual(contexts(expected));
  });

  it('is each of a list, once', () => {
    expect(found({ ids: ['a', 1, true, 'a', '', null, {}, ['b']] }, '/ids')).toEqual(
      contexts('a', '1', 'true'),
    );
    expect(found({ ids: [] }, '/ids')).toEqual(contexts());
  });

  it.each([
    ['is missing', { b: 1 }, '/a'],
    ['is null', { a: null }, '/a'],
    ['is an object', { a: {} }, '/a'],
    ['is below a text', { a: 'abc' }, '/a/0'],
    ['is below a text, by the name of its member', { a: 'abc' }, '/a/length'],
    ['is the length of a list', ['a'], '/length'],
    ['is behind a list', ['a'], '/-'],
    ['is past a list', ['a'], '/1'],
    ['is no index', ['a'], '/00'],
    ['is what every object has', {}, '/constructor/name'],
    ['is what every object is made of', {}, '/__proto__/constructor/name'],
    ['is not JSON', 'run 4', '/a'],
    ['is no longer JSON', '{"a":"x"', '/a'],
    ['is a whole number that JavaScript cannot hold', '{"a":12345678901234567891}', '/a'],
  ])('is none where it %s', (_, value, pointer) => {
    expect(found(value, pointer)).toEqual(contexts());
  });

  it('may be a member with a name that other objects have as well', () => {
    expect(found('{"__proto__":{"id":"x"}}', '/__proto__/id')).toEqual(contexts('x'));
    expect(found({ constructor: 'x' }, '/constructor')).toEqual(contexts('x'));
  });

  it('is nothing that was put on every object', () => {
    const every: object = Object.prototype;
    Object.defineProperty(every, 'run', { value: 'x', configurable: true });
    try {
      expect(found({}, '/run')).toEqual(contexts());
    } finally {
      Reflect.deleteProperty(every, 'run');
    }
  });

  // The document and the pointers of RFC 6901, section 5.
  it.each([
    ['/foo/0', 'bar'],
    ['/', '0'],
    ['/a~1b', '1'],
    ['/c%d', '2'],
    ['/e^f', '3'],
    ['/g|h', '4'],
    ['/i\\j', '5'],
    ['/k"l', '6'],
    ['/ ', '7'],
    ['/m~0n', '8'],
  ])('is found by %s as the standard has it', (pointer, expected) => {
    const value = {
      foo: ['bar', 'baz'],
      '': 0,
      'a/b': 1,
      'c%d': 2,
      'e^f': 3,
      'g|h': 4,
      'i\\j': 5,
      'k"l': 6,
      ' ': 7,
      'm~n': 8,
    };
    expect(found(value, pointer)).toEqual(contexts(expected));
    expect(found({ '~1': 'x' }, '/~01')).toEqual(contexts('x'));
  });

  it('is found wherever a pointer is written to it', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (path) => {
        const value = path.reduceRight<unknown>((inner, name) => Object.fromEntries([[name, inner]]), 'here');
        const pointer = path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
        expect(found(JSON.stringify(value), pointer)).toEqual(contexts('here'));
      }),
    );
  });

  it('is something or none for any text and pointer, and never an error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.array(fc.string()), (value, steps) => {
        expect(found(value, steps.map((step) => `/${step}`).join(''))).toHaveProperty('contexts');
      }),
    );
    expect(found(`${'['.repeat(200_000)}${']'.repeat(200_000)}`, '/0/0/0')).toEqual(contexts());
  });

  it('is refused when there is too much of it', () => {
    const numbers = Array.from({ length: 10_001 }, (_, at) => at);
    expect(found(numbers.slice(1), '')).toHaveProperty('contexts.length', 10_000);
    expect(errorOf(() => found(numbers, ''), 'context.failed').message).toContain(
      'event 7 gives 10001 contexts',
    );
    expect(found('x'.repeat(1024), null)).toEqual(contexts('x'.repeat(1024)));
    const long = errorOf(() => found('x'.repeat(1025), null), 'context.failed').message;
    expect(long).toContain('the value of event 7 gives a context of 1025 characters');
    expect(long.length).toBeLessThan(200);
  });
});
