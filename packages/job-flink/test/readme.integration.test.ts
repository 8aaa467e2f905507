import { readFileSync } from 'node:fs';
import { flink, flinkEnvironment, whereEngine } from '@aiflow-private/engines';
import { expect, test } from 'vitest';
import { flinkPython, flinkSql } from '../src/index.ts';
import { runJob } from './job-run.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? '';

whereEngine(flink, (home) => {
  const environment = flinkEnvironment(home);

  test('the script of the README gives the rows that it says', async () => {
    const { result } = await runJob({
      draw: (job) => job.node(flinkSql({ file: 'workflows/w/count.sql' }), { name: 'counts' }),
      properties: { parallelism: 1 },
      files: { 'workflows/w/count.sql': blockOf('sql') },
      environment,
    });
    expect(result.error).toBeNull();
    const [, rows = 'nothing'] = /The node's result is `(\[.*?\])`/.exec(readme) ?? [];
    expect(JSON.stringify(result.values['counts'])).toBe(rows);
  });

  test('the classes of the README run in one statement set, and hand each other values', async () => {
    const { result } = await runJob({
      draw: (job) => {
        const numbers = job.node(flinkPython('tables:Numbers'));
        job.node(flinkPython('tables:Copy'), { name: 'copied', inputs: [numbers] });
      },
      properties: { parallelism: 1 },
      files: { 'workflows/w/tables.py': blockOf('python') },
      environment,
    });
    expect(result).toMatchObject({ status: 'FINISHED', values: { copied: 'copies numbers' }, error: null });
  });
});
