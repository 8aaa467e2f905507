import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../src/project/yaml.ts';
import { problemsOf } from './problems.ts';

const valueOf = async (text: string): Promise<unknown> => (await parseYaml(text, 'f.yaml')).value;
const problemsIn = (text: string): ReturnType<typeof problemsOf> => problemsOf(parseYaml(text, 'f.yaml'));

describe('YAML', () => {
  it.each([
    ['an empty file', '', {}],
    ['nothing but comments', '# a: 1\n', {}],
    [
      'a byte order mark and the line ends of Windows',
      '\uFEFFa: 1\r\nb:\r\n  c: x\r\n',
      { a: 1, b: { c: 'x' } },
    ],
    ['marks of the beginning and the end', '---\na: 1\n...\n', { a: 1 }],
    [
      'keys that look like something else than text',
      '1: a\ntrue: b\nnull: c\n1.0: d\n',
      { '1': 'a', true: 'b', null: 'c', '1.0': 'd' },
    ],
    [
      'yes and no, which are text in YAML 1.2',
      'a: yes\nb: NO\nc: 2020-01-01\n',
      { a: 'yes', b: 'NO', c: '2020-01-01' },
    ],
    ['tags that only repeat what is there', 'a: !!str 1\nb: !!int 2\nc: !!map {}\n', { a: '1', b: 2, c: {} }],
    ['references, which are kept', 'a: ${NAME}\nb: $${x}\n', { a: '${NAME}', b: '$${x}' }],
    [
      'tabs inside of a text and behind a value',
      'a: "x\ty"\nb: 1\t\nc: |\n  \tx\n',
      { a: 'x\ty', b: 1, c: '\tx\n' },
    ],
  ])('reads %s', async (_, text, value) => {
    expect(await valueOf(text)).toEqual(value);
  });

  it('brings in what a merge key names, below what stands there itself', async () => {
    const text =
      'base: &base {a: 1, b: 1}\nmore: &more {b: 2, c: 2}\nuse:\n  b: 3\n  <<: [*base, *more]\n  d: 3\n';
    expect(await valueOf(text)).toMatchObject({ use: { a: 1, b: 3, c: 2, d: 3 } });
    expect(await valueOf('"<<": 1\n')).toEqual({ '<<': 1 });
    expect(await problemsIn('a:\n  <<: 3\n')).toMatchObject([{ line: 2, key: 'a.<<' }]);
  });

  it.each([
    ['a key given twice', 'b: 1\na: 1\nc: 1\na: 2\n', 4, 'a', /"a" is given twice: first on line 2/],
    ['a key given twice deep inside', 'x:\n  - k: 1\n    k: 2\n', 3, 'x.0.k', /first on line 2/],
    ['a tab before a key', 'a:\n\tb: 1\n', 2, null, /tab: write spaces/],
    ['a tab before a later key', 'a:\n  b: 1\n\tc: 2\n', 3, null, /tab: write spaces/],
    ['a bracket that is not closed', 'a: [1, 2\nb: 3\n', 2, null, /bracket is not closed/],
    ['a quote that is not closed', "a: 'x\nb: 1\n", 3, null, /closing bracket or quote/],
    ['an unknown tag', 'a: 1\nb: !danger x\n', 2, 'b', /"!danger" has no meaning here/],
    ['an object of Python', 'a: !!python/object:os.system {}\n', 1, 'a', /"!!python\/object:os.system"/],
    ['a tag that makes no plain data', 'a: !!set {x}\n', 1, 'a', /"!!set"/],
    ['a tag that does not fit', 'a: !!int x\n', 1, 'a', /does not fit/],
    ['a list at the top', '- 1\n', 1, null, /expected a mapping/],
    ['a text at the top', 'hello\n', 1, null, /expected a mapping/],
    ['a prototype key', 'a: 1\n__proto__: {a: 1}\n', 2, '__proto__', /not allowed/],
    ['a prototype key deep inside', 'a: [{__proto__: {a: 1}}]\n', 1, 'a.0.__proto__', /not allowed/],
    [
      'a prototype key that a merge brings',
      'x: &x {__proto__: 1}\ny: {<<: *x}\n',
      1,
      'x.__proto__',
      /not allowed/,
    ],
    ['a list as a key', '? [a]\n: 1\n', 1, null, /a key must be a text/],
    ['an alias as a key', 'a: &a x\n*a : 1\n', 2, null, /a key must be a text/],
    ['no key at all', 'a: 1\n: x\n', 2, null, /a key must be/],
    ['a key of two lines', '"a\\nb": 1\n', 1, null, /one line/],
    ['a key of 257 characters', `a: 1\n${'k'.repeat(257)}: 1\n`, 2, null, /256 characters/],
    ['a second document', 'a: 1\n---\nb: 2\n', 2, null, /second document/],
    ['a directive', '%YAML 1.1\n---\na: yes\n', 1, null, /"%"/],
    ['a NUL', 'a: 1\nb: x\0y\n', 2, null, /U\+0000/],
    ['the line ends of an old Macintosh', 'a: 1\rb: 2\r', 1, null, /U\+000D/],
    ['an alias that names nothing', 'cron: * * * * *\n', 1, 'cron', /into quotes/],
    ['a line separator in a name', 'a: *b\u2028c\n', 1, 'a', /^the alias .*$/],
    ['an alias inside of what it names', 'a: &a [*a]\n', 1, 'a.0', /inside of what it names/],
    ['a number that is none', 'a: .nan\n', 1, 'a', /cannot be kept/],
    ['a number that is too large', 'a: 1e999\n', 1, 'a', /cannot be kept/],
    ['a number that would lose its last digits', 'id: 12345678901234567890\n', 1, 'id', /into quotes/],
    ['a line that is indented by half', 'a:\n    b: 1\n  c: 2\n', 3, null, /indentation/],
    ['a line that is indented too far', 'a:\n  b: x\n   c: 2\n', 2, null, /indented too far/],
    ['a mapping behind a key on one line', 'a: b: c\n', 1, null, /on one line/],
  ])('refuses %s with its line and key', async (_, text, line, key, message) => {
    const problems = await problemsIn(text);
    expect(problems[0]).toMatchObject({ file: 'f.yaml', line, key });
    expect(problems[0]?.message).toMatch(message);
    expect(problems).toHaveLength(1);
  });

  it('names every problem at once, in the order of the file', async () => {
    const problems = await problemsIn('a: 1\na: 2\nb: !x 1\nc: {__proto__: 1}\nd: *none\n? [k]\n: 1\n');
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6]);
  });

  it('counts the levels that aliases lead through', async () => {
    const deeper = (level: number): string =>
      `a${level}: &a${level} ${'['.repeat(10)}*a${level - 1}${']'.repeat(10)}\n`;
    const text = `a0: &a0 x\n${[1, 2, 3, 4, 5, 6].map(deeper).join('')}`;
    expect(Object.keys((await parseYaml(text, 'f.yaml')).value)).toHaveLength(7);
    const problems = await problemsIn(text + deeper(7));
    expect(problems).toMatchObject([{ line: 8 }]);
    expect(problems[0]?.message).toContain('deeper than 64 levels');
  });

  it('quotes no value and no long text in a message', async () => {
    for (const text of [
      'a: "hunter2\\q"\n',
      'a: [hunter2\n',
      'a: `hunter2`\n',
      'a: hunter2: x\n',
      '{a: hunter2}}\n',
    ]) {
      const problems = await problemsIn(text);
      for (const { message } of problems) expect(message).not.toContain('hunter2');
    }
  });

  it('finds the place of a value through an alias, through a merge key and in a list', async () => {
    const text = 'base: &base\n  k: 1\nuse: *base\nlist:\n  - 1\n  - x: 2\nmerged:\n  <<: *base\n  own: 1\n';
    const { locate } = await parseYaml(text, 'f.yaml');
    expect(locate(['use', 'k'])).toEqual({ file: 'f.yaml', line: 2, column: 3 });
    expect(locate(['list', 1, 'x'])).toEqual({ file: 'f.yaml', line: 6, column: 5 });
    expect(locate(['merged', 'k'])).toEqual({ file: 'f.yaml', line: 2, column: 3 });
    expect(locate(['merged', 'own'])).toEqual({ file: 'f.yaml', line: 9, column: 3 });
    expect(locate(['nowhere'])).toEqual({ file: 'f.yaml', line: 1, column: 1 });
  });
});
