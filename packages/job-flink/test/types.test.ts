import { defineWorkflow } from '@aiflow/core';
import { expect, expectTypeOf, test } from 'vitest';
import type { FlinkJobConfig, FlinkJobHandle } from '../src/index.ts';
import { flinkJava, flinkPython, flinkSql } from '../src/index.ts';

test('importing the package teaches the compiler what a flink job takes', () => {
  const graph = defineWorkflow('typed', (workflow) => {
    workflow.job(
      'j',
      { type: 'flink', properties: { jobmanager: 'flink:8081', stop_mode: 'stop' } },
      (job) => {
        job.node(flinkPython('m:C'));
        job.node(flinkSql({ file: 'workflows/typed/j.sql' }));
        const foreign = { jobType: 'bash', kind: 'BashProcessor', params: {} } as const;
        // @ts-expect-error -- a processor of another plugin
        expectTypeOf(() => job.node(foreign)).toBeFunction();
      },
    );
    // @ts-expect-error -- a property that there is not
    workflow.job('k', { type: 'flink', properties: { job_manager: 'flink:8081' } }, (job) => {
      job.node(flinkJava({ mainJarFile: 'a.jar' }));
    });
    // @ts-expect-error -- a value that the property does not have
    workflow.job('l', { type: 'flink', properties: { stop_mode: 'kill' } }, (job) => {
      job.node(flinkJava({ mainJarFile: 'a.jar' }));
    });
  });
  // @ts-expect-error -- a script is a text or a file, and not both
  expectTypeOf(() => flinkSql({ script: 'SELECT 1' })).toBeFunction();
  expectTypeOf<FlinkJobConfig['properties']['run_mode']>().toEqualTypeOf<'local' | 'cluster' | undefined>();
  expectTypeOf<FlinkJobHandle['data']['way']>().toEqualTypeOf<'rest' | 'gateway' | 'client' | 'local'>();
  expect(graph.jobs.map(({ jobType }) => jobType)).toEqual(['flink', 'flink', 'flink']);
});
