import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, findNonJson } from '../src/index.ts';

describe('canonical JSON', () => {
  it('has its keys in code unit order at every depth, and no white space', () => {
    expect(canonicalJson({ b: 1, a: { d: [{ z: 1, y: 2 }], c: null }, Ä: 0, A: 0, '10': 0, '9': 0 })).toBe(
      '{"10":0,"9":0,"A":0,"a":{"c":null,"d":[{"y":2,"z":1}]},"b":1,"Ä":0}',
    );
  });

  it('leaves out what is undefined, and writes null for it in a list, as JSON.stringify does', () => {
    expect(canonicalJson({ a: undefined, b: [undefined, 1] })).toBe('{"b":[null,1]}');
  });

  it('is the same for equal values, whatever the order of their keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value))).toBe(text);
      }),
    );
  });
});

describe('what is not plain JSON', () => {
  it('is none in any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(findNonJson(value)).toBeNull();
      }),
    );
  });

  it.each([
    ['a function', { env: { HOME: () => 1 } }, 'env.HOME'],
    ['a date', { list: [0, { at: new Date() }] }, 'list[1].at'],
    ['a map', new Map(), 'value'],
    ['NaN', { n: NaN }, 'n'],
    ['Infinity', [1, Infinity], '[1]'],
    ['undefined in a list', { a: [undefined] }, 'a[0]'],
    ['undefined', undefined, 'value'],
    ['a symbol', { s: Symbol('s') }, 's'],
    ['a bigint', { b: 1n }, 'b'],
    ['bytes', { b: new Uint8Array(1) }, 'b'],
  ])('is %s, and its place is named', (_, value, path) => {
    expect(findNonJson(value)).toBe(path);
  });

  it('is not a member that is undefined, nor an object without a prototype', () => {
    expect(findNonJson({ a: undefined })).toBeNull();
    expect(findNonJson(Object.assign(Object.create(null), { a: 1 }))).toBeNull();
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, member]) => [key, reversed(member)])
      .toReversed(),
  );
}
