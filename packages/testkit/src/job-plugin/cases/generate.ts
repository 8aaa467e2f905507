import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import type { AINode, AISubGraph, Job } from '@aiflow/core';
import { canonicalJson, findNonJson } from '@aiflow/core';
import type { Case } from '../../suite/case.ts';
import { rejectsWithCode } from '../../suite/expect.ts';
import type { JobFixture, JobPluginSuiteOptions } from '../options.ts';
import type { Workbench } from '../workbench.ts';

interface Generated {
  readonly resourceDir: string;
  readonly job: Job;
  /** Content by path below the resource directory. */
  readonly files: Readonly<Record<string, string>>;
}

export const generateCases: readonly Case<JobPluginSuiteOptions, Workbench>[] = [
  {
    name: 'generates the same job and the same files from the same sub-graph',
    run: async (bench) => {
      for (const fixture of fixturesOf(bench)) {
        const first = await generateInto(bench, 'first', bench.subGraph(fixture));
        const second = await generateInto(bench, 'second', bench.subGraph(fixture));
        assert.equal(canonicalJson(second.job), canonicalJson(first.job));
        assert.deepEqual(second.files, first.files);
      }
    },
  },
  {
    name: 'generates a job of plain JSON that carries its configuration, platform and engine',
    run: async (bench) => {
      const { platform, engine } = bench.options.factory;
      for (const fixture of fixturesOf(bench)) {
        const subGraph = bench.subGraph(fixture);
        const { job } = await generateInto(bench, 'json', subGraph);
        assert.equal(findNonJson(job), null, 'a job is plain JSON, but for what stands at this path');
        assert.deepEqual(job.config, subGraph.config);
        assert.deepEqual({ platform: job.platform, engine: job.engine }, { platform, engine });
      }
    },
  },
  {
    name: 'generates nothing that names a directory of this machine',
    run: async (bench) => {
      for (const fixture of fixturesOf(bench)) {
        const { job, files, resourceDir } = await generateInto(bench, 'paths', bench.subGraph(fixture));
        const text = [canonicalJson(job), ...Object.values(files)].join('\n');
        for (const path of [resourceDir, bench.host.stateDir, process.cwd(), homedir()]) {
          if (path === '/') continue;
          assert.ok(
            !text.includes(path),
            `what is generated must be the same on every machine, and it names ${path}`,
          );
        }
      }
    },
  },
  {
    name: 'generates no secret: a reference stays a reference',
    run: async (bench) => {
      for (const fixture of fixturesOf(bench)) {
        const { job, files } = await generateInto(bench, 'secrets', bench.subGraph(fixture));
        const text = [canonicalJson(job), ...Object.values(files)].join('\n');
        assert.ok(!text.includes(bench.canary), 'what is generated holds the value of a secret');
      }
    },
  },
  {
    name: 'refuses a processor of another plugin with job.invalid_graph',
    run: async (bench) => {
      const foreign = withProcessor(bench, { jobType: 'of-another-plugin', kind: 'foreign', params: {} });
      await rejectsWithCode(() => generateInto(bench, 'foreign', foreign), 'job.invalid_graph');
    },
  },
  {
    name: 'refuses a kind of processor that it does not know with job.invalid_graph',
    run: async (bench) => {
      const { jobType } = bench.options.factory;
      const unknown = withProcessor(bench, { jobType, kind: 'a kind that nobody has', params: {} });
      await rejectsWithCode(() => generateInto(bench, 'unknown', unknown), 'job.invalid_graph');
    },
  },
];

function fixturesOf(bench: Workbench): JobFixture[] {
  return Object.values(bench.options.jobs).filter((fixture: JobFixture | undefined) => fixture !== undefined);
}

async function generateInto(bench: Workbench, name: string, subGraph: AISubGraph): Promise<Generated> {
  const resourceDir = join(bench.host.stateDir, 'generating', `${name}-${randomUUID()}`, 'job');
  const job = await bench.options.factory.getJobGenerator().generate(subGraph, resourceDir);
  return { resourceDir, job, files: await readTree(resourceDir) };
}

async function readTree(root: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  if (!existsSync(root)) return files; // a generator that writes nothing makes no directory
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(root, path)] = await readFile(path, 'latin1');
  }
  return files;
}

/** The sub-graph of the job that succeeds, with another processor in its first node: `defineWorkflow` would refuse it. */
function withProcessor(bench: Workbench, processor: AINode['processor']): AISubGraph {
  const subGraph = bench.subGraph(bench.options.jobs.succeeds);
  const nodes = subGraph.nodes.map((node, index) => (index === 0 ? { ...node, processor } : node));
  return { ...subGraph, nodes };
}
