import { describe, expect, it } from 'vitest';
import { environmentSecrets } from '../../src/index.ts';
import { holdsStray, resolveReferences } from '../../src/plugin/secrets.ts';
import { errorOf } from '../thrown.ts';

const secrets = environmentSecrets({ TOKEN: 'a-$&-${OTHER}-b', EMPTY: '', GONE: undefined });

describe('references to secrets', () => {
  it('are replaced in strings at every depth, and nowhere else', () => {
    const value = {
      key: 'x-${TOKEN}',
      list: ['${EMPTY}', 1, null, true],
      '${TOKEN}': { deep: '${TOKEN}${TOKEN}' },
    };
    const token = 'a-$&-${OTHER}-b';
    expect(resolveReferences(value, secrets)).toEqual({
      key: `x-${token}`,
      list: ['', 1, null, true],
      '${TOKEN}': { deep: `${token}${token}` },
    });
    expect(value.key).toBe('x-${TOKEN}');
  });

  it('are left as text where they are escaped, or no reference at all', () => {
    expect(resolveReferences('$${TOKEN} $TOKEN ${} ${1A} ${a-b} $', secrets)).toBe(
      '${TOKEN} $TOKEN ${} ${1A} ${a-b} $',
    );
  });

  it.each(['${', 'a ${}', '${A:-b}', '${lower-case}', '${ A }', '${A', '$${A} ${', '${A}${1}'])(
    'and what merely looks like one are told apart: %s',
    (text) => {
      expect(holdsStray(text)).toBe(true);
    },
  );

  it.each([
    '',
    '$',
    '$A',
    '{}',
    '${A}',
    '${lower_case}',
    '$${',
    '$${A:-b}',
    '$$${A}',
    '$$${{',
    'x${A}$${B}${C}',
  ])('and what is one, or is escaped, are as they should be: %s', (text) => {
    expect(holdsStray(text)).toBe(false);
  });

  it.each(['NONE', 'GONE', 'constructor', '__proto__', 'toString'])(
    'to %s, which is not set, are secret.missing with the place',
    (name) => {
      const value = { env: { list: ['ok', `\${${name}}`] } };
      const { context } = errorOf(() => resolveReferences(value, secrets), 'secret.missing');
      expect(context).toEqual({ name, path: 'env.list[1]' });
    },
  );
});
