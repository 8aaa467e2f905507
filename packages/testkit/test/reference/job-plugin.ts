import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  AINode,
  AISubGraph,
  Job,
  JobGenerator,
  JobPluginFactory,
  Processor,
  Schema,
} from '@aiflow/core';
import { AIFlowError, isJsonObject, protocol } from '@aiflow/core';
import { ReferenceController } from './job-controller.ts';

/** A job of one shell script, as small as a job plugin can be that keeps every promise. */
export function script(text: string): Processor<'reference', { readonly script: string }> {
  return { jobType: 'reference', kind: 'script', params: { script: text } };
}

export interface ReferencePlan {
  readonly nodeId: string;
  readonly script: string;
}

const generator: JobGenerator = {
  generate: async (subGraph: AISubGraph, resourceDir: string): Promise<Job> => {
    const job = jobOf(subGraph);
    await writeScript(job, resourceDir);
    return job;
  },
};

export function jobOf({ config, nodes }: AISubGraph): Job {
  const [node] = nodes;
  if (node === undefined || nodes.length !== 1) throw invalidGraph('a reference job has exactly one node');
  const plan = { nodeId: node.nodeId, script: scriptOf(node) } satisfies ReferencePlan;
  return { config, platform: 'local', engine: 'shell', plan, inputs: [], outputs: [] };
}

export async function writeScript(job: Job, resourceDir: string): Promise<void> {
  await mkdir(resourceDir, { recursive: true });
  await writeFile(join(resourceDir, 'script.sh'), (job.plan as unknown as ReferencePlan).script);
}

function scriptOf({ processor }: AINode): string {
  const text: unknown = Reflect.get(processor.params, 'script');
  if (processor.jobType === 'reference' && processor.kind === 'script' && typeof text === 'string')
    return text;
  throw invalidGraph(`a reference job takes a script, and not a ${processor.kind} of ${processor.jobType}`);
}

function invalidGraph(message: string): AIFlowError {
  return new AIFlowError('job.invalid_graph', message);
}

/** By hand, to show that no schema library is needed: an object with `env` alone. */
const options: Schema = {
  '~standard': {
    version: 1,
    vendor: 'by-hand',
    validate: (value) => {
      if (!isJsonObject(value)) return { issues: [{ message: 'expected an object' }] };
      const unknown = Object.keys(value).filter((key) => key !== 'env');
      const issues = unknown.map((key) => ({ message: `unknown option ${key}`, path: [key] }));
      return issues.length === 0 ? { value } : { issues };
    },
  },
};

export const referencePlugin: JobPluginFactory = {
  kind: 'job',
  name: 'reference',
  package: 'reference-plugin',
  version: '1.2.3',
  location: import.meta.url,
  protocol,
  capabilities: { localProcesses: true },
  options,
  jobType: 'reference',
  platform: 'local',
  engine: 'shell',
  getJobGenerator: () => generator,
  getJobController: () => new ReferenceController(),
};
