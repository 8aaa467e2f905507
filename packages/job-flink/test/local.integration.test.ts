import { flink, flinkEnvironment, whereEngine } from '@aiflow-private/engines';
import type { JobBuilder } from '@aiflow/core';
import { expect, test } from 'vitest';
import { flinkPython, flinkSql } from '../src/index.ts';
import { fixtureJar } from './cluster.ts';
import { runJob } from './job-run.ts';
import { nodes, places, shared } from './python-fixtures.ts';

whereEngine(flink, (home) => {
  const local = { environment: flinkEnvironment(home), properties: { parallelism: 1 } };

  test('the jars of the project are there for SQL, and the Java that ran it ends with it', async () => {
    const statements =
      "CREATE TEMPORARY FUNCTION twice AS 'fixture.Count$Twice'; SELECT twice(CAST(21 AS BIGINT)) AS n;";
    const { result, host } = await runJob({
      ...local,
      draw: (job: JobBuilder) => job.node(flinkSql({ statements }), { name: 'sql' }),
      files: { 'dependencies/jar/count.jar': fixtureJar(home) },
    });
    expect(result).toEqual({ status: 'FINISHED', values: { sql: [{ n: 42 }] }, error: null });
    // Else the job would have left a process behind, and be told so.
    expect(host.logger.records.map(({ message }) => message)).toEqual([]);
  });

  test('what a Python node throws is told by its file and line', async () => {
    const { result } = await runJob({
      ...local,
      draw: (job: JobBuilder) => job.node(flinkPython('nodes:Raises'), { name: 'raises' }),
      files: { 'workflows/w/nodes.py': nodes },
    });
    const line = nodes.split('\n').findIndex((text) => text.includes('on purpose')) + 1;
    expect(result).toMatchObject({
      status: 'FAILED',
      error: {
        code: 'flink.python_failed',
        message: `node "raises", process(): nodes.py:${line}: ValueError: on purpose`,
      },
    });
  });

  test('a function opens what is in the resources as it does on a cluster', async () => {
    const { result } = await runJob({
      ...local,
      draw: (job: JobBuilder) => {
        job.node(flinkPython('places:Functions'));
        job.node(flinkSql({ statements: 'SELECT resource(n) AS word FROM (VALUES (1)) AS t (n);' }), {
          name: 'rows',
        });
      },
      files: {
        'workflows/w/places.py': places,
        'dependencies/python/shared.py': shared,
        'resources/words/first.txt': 'tea',
      },
    });
    expect(result).toMatchObject({ status: 'FINISHED', values: { rows: [{ word: 'tea' }] }, error: null });
  });

  test('a script that fails in the middle is told by its node and line, and none of its INSERTs runs', async () => {
    const { result } = await runJob({
      ...local,
      draw: (job: JobBuilder) =>
        job.node(
          flinkSql({ statements: 'SELECT 1 AS n;\nDROP TABLE there_is_none;\nINSERT INTO x SELECT 1;' }),
          {
            name: 'sql',
          },
        ),
    });
    expect(result).toMatchObject({ status: 'FAILED', error: { code: 'flink.sql_failed' } });
    expect(result.error?.message).toMatch(/node "sql", line 2 \(DROP TABLE there_is_none\): .*there_is_none/);
  });
});
