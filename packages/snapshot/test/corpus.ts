import type { AIFlowError } from '@aiflow/core';
import { isAIFlowError } from '@aiflow/core';
import { expect } from 'vitest';

/** Ways to write a path that leads elsewhere, or that one reader takes for another than the next. */
export const leaving = [
  ...[
    '..',
    '../',
    '../x',
    '../../etc/passwd',
    './..',
    'a/..',
    'a/../..',
    'a/../../b',
    'a/./../../b',
    '.',
    './a',
    'a/.',
    'a/./b',
  ],
  ...[
    '/',
    '//',
    '/etc/passwd',
    '//etc/passwd',
    '/..',
    'a//b',
    'a/',
    '/a',
    '~/',
    '....//',
    '..;/',
    '%2e%2e/',
    '%c0%ae%c0%ae/',
    '..;x/',
  ],
  ...[
    '..\\',
    '..\\..\\x',
    'a\\..\\..',
    '\\',
    '\\\\server\\share',
    'C:\\x',
    '\\\\?\\C:\\x',
    'a\\b',
    '\uFF0E\uFF0E/',
    '\u2024\u2024/',
  ],
  ...[
    'a\0b',
    '\0',
    '..\0',
    '',
    '\uD800',
    'a\uDC00b',
    'file:///etc/passwd',
    'http://x/',
    'a'.repeat(5_000),
    'a/'.repeat(3_000),
    '../'.repeat(200),
  ],
];
/** Names that look like it, and that a project may have all the same; in an id, a key or a uri they have no place. */
export const odd = [
  ...[
    '~',
    '~root/x',
    '.../x',
    '.hidden',
    'a/.hidden',
    '..;x',
    'C:/x',
    'nul:',
    'c:d',
    'a::$DATA',
    'é',
    '\u2025',
  ],
  ...[
    '%2e%2e',
    '..%2f',
    '%2e%2e%2f',
    '..%5c',
    '%252e%252e%252f',
    '..%c0%af',
    '%00',
    'a%00b',
    '*',
    '?',
    'a*',
    '[a]',
    '{a,b}',
  ],
  ...[
    '$(id)',
    '`id`',
    '|id',
    ';id',
    '&',
    'data:,x',
    'javascript:x',
    'a\n',
    '\n..',
    'a\r\nb',
    '..\t',
    ' ..',
    '.. ',
    ' ',
    '__proto__ ',
  ],
];
export const climbs: readonly string[] = [...leaving, ...odd];

/** Holds that a call is refused with one of the codes, and says so on one line. */
export async function expectRefused(call: Promise<unknown>, codes: readonly string[]): Promise<void> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toSatisfy(isAIFlowError);
  const { code, message } = error as AIFlowError;
  expect(codes).toContain(code);
  expect(message).not.toMatch(/[\n\0]/);
}

/** Values for `it.each`, each with a short name. */
export function named(values: readonly string[]): (readonly [string, string])[] {
  return values.map((value) => [JSON.stringify(value).slice(0, 60), value]);
}
