import { expect, it } from 'vitest';
import { readImports } from '../src/read-workspace.ts';

const text = `
import a from 'a';
import type { B } from 'b';
import { type C } from 'c';
import { type D, d } from 'd';
import 'e';
export * from 'f';
export type { G } from 'g';
const h = await import('h');
// import i from 'i';
const j = "import j from 'j'";
`;

it('finds every way to import, and nothing in comments and strings', () => {
  const found = readImports('example.ts', text).toSorted((one, other) => one.line - other.line);
  expect(found.map(({ specifier, line, typeOnly }) => [specifier, line, typeOnly])).toEqual([
    ['a', 2, false],
    ['b', 3, true],
    ['c', 4, false],
    ['d', 5, false],
    ['e', 6, false],
    ['f', 7, false],
    ['g', 8, true],
    ['h', 9, false],
  ]);
});

it('refuses a file that does not parse', () => {
  expect(() => readImports('example.ts', 'import { from')).toThrow(/example\.ts/);
});
