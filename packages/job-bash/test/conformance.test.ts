import type { JobFixtures } from '@aiflow/testkit';
import { jobPluginSuite, registrationSuite } from '@aiflow/testkit';
import { describe, it } from 'vitest';
import { bash, bashFile } from '../src/index.ts';
import { bashJobPlugin } from '../src/plugin.ts';

const tree = bashFile('resources/aiflow-tree.sh');
const usesSecret = { env: { TOKEN: '${AIFLOW_CONFORMANCE_SECRET}' } };
const soon = { stop_grace_seconds: 1 };

const oneNode: JobFixtures = {
  succeeds: { draw: (job) => job.node(bash('echo some; echo words')), values: { node_1: 'words' } },
  fails: { draw: (job) => job.node(bash('echo why >&2; exit 3')) },
  runsLong: { draw: (job) => job.node(bash('sleep 600')) },
  startsProcesses: { draw: (job) => job.node(tree), properties: soon },
  usesSecret: { draw: (job) => job.node(bash('sleep 600')), properties: usesSecret },
};

const severalNodes: JobFixtures = {
  succeeds: {
    draw: (job) => {
      const first = job.node(bash('echo one'), { name: 'first' });
      job.node(bash('echo "$AIFLOW_INPUT_0 two"'), { name: 'second', inputs: [first] });
    },
    values: { first: 'one', second: 'one two' },
  },
  fails: { draw: (job) => [bash('exit 3'), bash('sleep 600')].forEach((node) => job.node(node)) },
  runsLong: { draw: (job) => [bash('sleep 600'), bash('true')].forEach((node) => job.node(node)) },
  startsProcesses: {
    draw: (job) => [tree, bash('sleep 600')].forEach((node) => job.node(node)),
    properties: soon,
  },
  usesSecret: {
    draw: (job) => [bash('sleep 600'), bash('true')].forEach((node) => job.node(node)),
    properties: usesSecret,
  },
};

const module = new URL('../src/plugin.ts', import.meta.url);
describe('a job with one node', () => {
  jobPluginSuite({ describe, it, factory: bashJobPlugin, module, jobs: oneNode });
});
describe('a job with several nodes', () => {
  jobPluginSuite({ describe, it, factory: bashJobPlugin, module, jobs: severalNodes });
});
registrationSuite({ describe, it, packageDirectory: new URL('..', import.meta.url) });
