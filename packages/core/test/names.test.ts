import { describe, expect, it } from 'vitest';
import { checkName, isName, resolveInside } from '../src/index.ts';
import { codeOf } from './define/drawing.ts';
import { errorOf } from './thrown.ts';

describe('a name', () => {
  it.each(['a', 'A1', '_', 'job_1', 'my-job', 'my--job', 'a.b', 'v1.2-rc.1', 'x'.repeat(128)])(
    'may be %j',
    (name) => {
      expect(isName(name)).toBe(true);
      expect(checkName('job', name)).toBe(name);
    },
  );

  it.each([
    '',
    '.',
    '..',
    'a..b',
    '.a',
    'a.',
    '-a',
    'a-',
    'a b',
    ' a',
    'a/b',
    'a\\b',
    '../a',
    'a\n',
    'a\0',
    '%2e',
    'ä',
    '🐧',
    'a:b',
    '$a',
    'x'.repeat(129),
    'x'.repeat(300),
  ])('may not be %j', (name) => {
    expect(isName(name)).toBe(false);
    expect(codeOf(() => checkName('job', name))).toBe('name.invalid');
  });

  it('is checked in no time, however long and repetitive it is', () => {
    expect(isName(`${'a-'.repeat(100_000)}!`)).toBe(false);
    expect(isName(`${'a-'.repeat(63)}!`)).toBe(false);
  });

  it('is refused with its kind and what it may be, and a long one is cut', () => {
    const { message, context } = errorOf(() => checkName('workflow', '/'.repeat(10_000)), 'name.invalid');
    expect(message).toMatch(/^workflow name .*letters, digits/);
    expect(message.length).toBeLessThan(250);
    expect(context['kind']).toBe('workflow');
  });
});

describe('a path inside a root', () => {
  it.each(['a', 'a/b', './a', 'a/../b', 'a/./b', '', '.', '...', 'a..b', '..a'])('may be %j', (path) => {
    expect(resolveInside('/root', path)).toMatch(/^\/root(\/|$)/);
  });

  it.each(['..', '../root2', 'a/../..', '/root', '/root/a', '/etc', 'a\\..\\b', 'a\0b'])(
    'may not be %j',
    (path) => {
      expect(codeOf(() => resolveInside('/root', path))).toBe('path.outside');
    },
  );

  it('is not fooled by a sibling whose name begins like the root', () => {
    expect(codeOf(() => resolveInside('/tmp/blob', '../blob2/x'))).toBe('path.outside');
    expect(resolveInside('/', 'etc')).toBe('/etc');
  });
});
