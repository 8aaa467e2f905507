import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { python } from '../src/index.ts';
import { runJob } from './job-run.ts';
import { runNodes } from './python-run.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const sources = [...readme.matchAll(/```python\n([\s\S]*?)```/g)].map(([, source = '']) => source);

test('the processors of the README do what it says', async () => {
  const { result } = await runNodes(
    sources[0] ?? '',
    [
      { id: 'names', class: 'ReadNames', config: { file: 'resources/names.csv' } },
      { id: 'greetings', class: 'Greet', inputs: ['names'] },
    ],
    { files: { 'resources/names.csv': 'name\nAda\nGrace\n' } },
  );
  expect(result?.values['greetings']).toEqual(['Hello, Ada!', 'Hello, Grace!']);
});

test('the operators of the README read the dataset and publish the version of the model', async () => {
  const dataset = { name: 'rows', uri: 'resources/rows.csv', format: 'csv', schema: null, properties: {} };
  const { result, env } = await runJob({
    source: sources[1] ?? '',
    draw: (job) => {
      const read = job.readDataset(python('nodes:Read'), { name: 'rows', dataset });
      job.train(python('nodes:Train'), { name: 'mean', inputs: [read], model: 'mean' });
    },
    files: { 'resources/rows.csv': 'mass\n1\n2\n' },
  });
  expect(result).toMatchObject({ error: null, values: { mean: 1.5 } });
  expect(eventsOf(env)).toEqual([
    { key: 'mean', value: env.attemptId, event_type: 'MODEL_GENERATED', namespace: 'default' },
  ]);
});

function eventsOf({ outboxDir }: { readonly outboxDir: string }): unknown[] {
  return readdirSync(outboxDir).map((name): unknown =>
    JSON.parse(readFileSync(join(outboxDir, name), 'utf8')),
  );
}
