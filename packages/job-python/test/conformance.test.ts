import { jobPluginSuite, registrationSuite } from '@aiflow/testkit';
import { describe, it } from 'vitest';
import { python } from '../src/index.ts';
import { pythonJobPlugin } from '../src/plugin.ts';

const nodes = `
import subprocess, time
class Echo:
    def process(self, context, inputs): return [context.config["word"], *inputs]
class Fails:
    def process(self, context, inputs): raise ValueError("on purpose")
class Sleeps:
    def process(self, context, inputs): time.sleep(600)
class Tree:
    def process(self, context, inputs): subprocess.run(["sh", "resources/aiflow-tree.sh"], check=True)
`;

registrationSuite({ describe, it, packageDirectory: new URL('..', import.meta.url) });

jobPluginSuite({
  describe,
  it,
  factory: pythonJobPlugin,
  module: new URL('../src/plugin.ts', import.meta.url),
  files: { 'workflows/conformance/nodes.py': nodes },
  jobs: {
    succeeds: {
      draw: (job) => {
        const first = job.node(python('nodes:Echo', { word: 'first' }), { name: 'first' });
        job.node(python('nodes:Echo', { word: 'second' }), { name: 'second', inputs: [first] });
      },
      values: { first: ['first'], second: ['second', ['first']] },
    },
    fails: { draw: (job) => job.node(python('nodes:Fails')) },
    runsLong: { draw: (job) => job.node(python('nodes:Sleeps')), properties: { stop_grace_seconds: 2 } },
    startsProcesses: { draw: (job) => job.node(python('nodes:Tree')), properties: { stop_grace_seconds: 1 } },
    usesSecret: {
      draw: (job) => job.node(python('nodes:Sleeps')),
      properties: { env: { TOKEN: '${AIFLOW_CONFORMANCE_SECRET}' } },
    },
  },
});
