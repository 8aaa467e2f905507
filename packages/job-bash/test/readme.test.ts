import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bash } from '../src/index.ts';
import { withRun } from './with-run.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the events that the README publishes come into the outbox, whole and in order', async () => {
  const snippet = /```bash\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  await withRun(
    (job) => job.node(bash(snippet)),
    {},
    async (run) => {
      expect(await run.result()).toMatchObject({ status: 'FINISHED', error: null });
      const { outboxDir } = run.env;
      const names = readdirSync(outboxDir).toSorted();
      expect(names.every((name) => /^\d[^.]*\.json$/.test(name))).toBe(true);
      expect(names.map((name): unknown => JSON.parse(readFileSync(join(outboxDir, name), 'utf8')))).toEqual([
        { key: 'new_data', value: '2026-11-20', event_type: 'UNDEFINED' },
        { key: 'penguins', value: '7', event_type: 'MODEL_GENERATED' },
      ]);
    },
  );
});

test('the commands of the README read and write the datasets that they are given', async () => {
  const commands = [...readme.matchAll(/Dataset\(bash\('(.*?)'\)/g)].map(([, command = '']) => bash(command));
  const [sort, copy, first] = commands;
  if (sort === undefined || copy === undefined || first === undefined) throw new Error('expected 3 commands');
  const raw = { name: 'raw', uri: 'resources/names.csv', format: 'csv', schema: null, properties: {} };
  const sorted = { ...raw, name: 'sorted', uri: 'sorted.csv' };
  await withRun(
    (job) => {
      const names = job.readDataset(sort, { dataset: raw });
      job.writeDataset(copy, { dataset: sorted, inputs: [names] });
    },
    { files: { 'resources/names.csv': 'Grace\nAda\n' } },
    async (run) => {
      expect((await run.result()).error).toBeNull();
      expect(readFileSync(join(run.env.executionDir, 'sorted.csv'), 'utf8')).toBe('Ada\nGrace\n');
    },
  );
  await withRun(
    (job) => job.readDataset(first, { dataset: sorted }),
    { files: { 'sorted.csv': 'Ada\nGrace\n' } },
    async (run) => {
      expect((await run.result()).values).toEqual({ node_1: 'Ada' });
    },
  );
});
