import type { Channel } from '@aiflow/core';
import { defineWorkflow } from '@aiflow/core';
import { expect, expectTypeOf, test } from 'vitest';
import { python } from '../src/index.ts';

test('importing the package teaches the compiler what a python job takes', () => {
  const graph = defineWorkflow('typed', (workflow) => {
    const properties = {
      python_executable_path: 'python3',
      env: { TOKEN: '${TOKEN}' },
      stop_grace_seconds: 1,
    };
    workflow.job('j', { type: 'python', properties }, (job) => {
      expectTypeOf(job.node(python('m:Split'), { outputs: 2 })).toEqualTypeOf<readonly [Channel, Channel]>();
      const foreign = { jobType: 'bash', kind: 'BashProcessor', params: {} } as const;
      // @ts-expect-error -- a processor of another plugin
      expectTypeOf(() => job.node(foreign)).toBeFunction();
    });
    // @ts-expect-error -- a property that there is not
    workflow.job('k', { type: 'python', properties: { python: 'python3' } }, (job) => {
      job.node(python('m:C'));
    });
  });
  expect(graph.jobs.map(({ jobType }) => jobType)).toEqual(['python', 'python']);
});
