import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runNodes } from './python-run.ts';

test('the processors of the README do what it says', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const source = /```python\n([\s\S]*?)```/.exec(readme)?.[1];
  if (source === undefined) throw new Error('the README has no Python in it');
  const { result } = await runNodes(
    source,
    [
      { id: 'names', class: 'ReadNames', config: { file: 'resources/names.csv' } },
      { id: 'greetings', class: 'Greet', inputs: ['names'] },
    ],
    { files: { 'resources/names.csv': 'name\nAda\nGrace\n' } },
  );
  expect(result?.values['greetings']).toEqual(['Hello, Ada!', 'Hello, Grace!']);
});
