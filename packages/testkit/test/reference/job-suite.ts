import type { JobPluginFactory } from '@aiflow/core';
import type { JobPluginSuiteOptions, TestRunner } from '../../src/index.ts';
import { jobPluginSuite } from '../../src/index.ts';
import { referencePlugin, script } from './job-plugin.ts';

/** The suite as the author of the reference plugin would use it; with another plugin, it in its place. */
export function referenceJobSuite(
  factory: JobPluginFactory = referencePlugin,
  more: Partial<JobPluginSuiteOptions> = {},
): (runner: TestRunner) => void {
  return (runner) => {
    jobPluginSuite({
      ...runner,
      factory,
      module: new URL('./job-plugin.ts', import.meta.url),
      jobs: {
        succeeds: {
          draw: (job) => void job.node(script('echo first; echo last')),
          values: { node_1: 'last' },
        },
        fails: { draw: (job) => void job.node(script('echo no >&2; exit 3')) },
        runsLong: { draw: (job) => void job.node(script('sleep 300')) },
        startsProcesses: { draw: (job) => void job.node(script('sh resources/aiflow-tree.sh')) },
        usesSecret: {
          draw: (job) => void job.node(script('sleep 300')),
          properties: { env: { TOKEN: '${AIFLOW_CONFORMANCE_SECRET}' } },
        },
      },
      ...more,
    });
  };
}
