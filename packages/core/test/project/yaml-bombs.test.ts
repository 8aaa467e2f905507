import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/errors.ts';
import { parseYaml } from '../../src/project/yaml.ts';
import { fastestMs } from './fastest.ts';
import { problemsOf } from './problems.ts';

const times = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('');

/** `name: [*before × 9]`, nine times over. */
const nestedAliases =
  'a0: &a0 [x,x,x,x,x,x,x,x,x]\n' +
  times(9, (level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`).join()}]\n`);

const bombs: readonly (readonly [what: string, text: string, place: RegExp])[] = [
  ['5,000 levels in blocks', times(5000, (level) => `${' '.repeat(Math.min(level, 190))}a:\n`), /:66:/],
  ['5,000 levels of lists in a line', `a: ${'- '.repeat(5000)}x`, /:1:/],
  ['5,000 lists in one another', '- '.repeat(5000), /:1:/],
  ['5,000 levels in brackets', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`, /:1:/],
  ['5,000 levels in braces', `${'{a: '.repeat(5000)}1${'}'.repeat(5000)}`, /:1:/],
  ['5,000 keys of keys', '? '.repeat(5000), /:1:/],
  ['1 MB of opening brackets', '['.repeat(1_000_000), /:1:/],
  ['aliases that make 9^9 of one', nestedAliases, /:4:/],
  [
    'a thousand levels by way of aliases',
    `a0: &a0 [x]\n${times(1000, (n) => `a${n + 1}: &a${n + 1} [*a${n}]\n`)}`,
    /:\d+:/,
  ],
  ['a key of 1 MB', `${'k'.repeat(1_000_000)}: 1\n`, /:1:1:/],
  ['a key of 1 MB in quotes', `"${'k'.repeat(1_000_000)}": 1\n`, /:1:1:/],
  ['a key of 1 MB after a question mark', `? ${'k'.repeat(1_000_000)}\n: 1\n`, /:1:3:/],
  ['100,000 keys', times(100_000, (index) => `k${index}:\n`), /:\d+:/],
  ['1 MB of line ends', '\n'.repeat(1_000_000), /:\d+:/],
  ['1 MB of closing braces', '}'.repeat(1_000_000), /:\d+:/],
  ['more than 1 MiB', `a: "${'x'.repeat(1_100_000)}"\n`, /f\.yaml: the file is larger/],
];

describe('a file made to do harm', () => {
  it.each(bombs)('is refused in 250 ms with one short line: %s', async (_, text, place) => {
    const fastest = await fastestMs(250, async () => {
      const [problem] = await problemsOf(parseYaml(text, 'f.yaml'));
      if (problem === undefined) throw new Error('expected a problem');
      expect(describeProblem(problem)).toMatch(place);
      expect(describeProblem(problem)).toMatch(/^.{1,300}$/);
    });
    expect(fastest).toBeLessThan(250);
  });

  it('is not confused with one that is only large', async () => {
    const text = times(4000, (index) => `job_${index}:\n  job_type: bash\n`);
    expect(Object.keys((await parseYaml(text, 'f.yaml')).value)).toHaveLength(4000);
    const deep = `${times(63, (level) => `${' '.repeat(level)}a:\n`)}${' '.repeat(63)}b: 1\n`;
    expect((await parseYaml(deep, 'f.yaml')).value).toHaveProperty('a');
  });
});
