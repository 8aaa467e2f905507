import { join } from 'node:path';
import type { AIGraph, Channel, DefinedJob, Workflow } from '@aiflow/core';
import { compileWorkflow, defineWorkflow, finished } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
import type { Bench, BenchContext } from './bench.ts';
import { median } from './measure.ts';
import { describeTime } from './report.ts';

const rounds = 5;
const goal = 1000;

export const compile: Bench = {
  summary: 'define and compile in process, beside JSON.stringify and parse of the same workflow',
  run: async (context) => {
    const nodes = context.scaled(100_000);
    await measure(context, `${nodes} jobs`, () => independentJobs(nodes), goal);
    await measure(context, `${nodes} jobs, each after another`, () => chainedJobs(nodes), null);
    await measure(context, `one job of ${nodes} nodes`, () => oneJob(nodes, false), null);
    await measure(context, `the same, each behind another`, () => oneJob(nodes, true), null);
  },
};

function independentJobs(count: number): AIGraph {
  return defineWorkflow('bench', (workflow) => {
    for (let at = 0; at < count; at += 1) {
      workflow.job(`job_${at}`, (job) => void job.node(bash('true')));
    }
  });
}

function chainedJobs(count: number): AIGraph {
  return defineWorkflow('bench', (workflow) => {
    let previous: DefinedJob | null = null;
    for (let at = 0; at < count; at += 1) {
      const job: DefinedJob = workflow.job(`job_${at}`, (block) => void block.node(bash('true')));
      if (previous !== null) job.startWhen(finished(previous));
      previous = job;
    }
  });
}

function oneJob(count: number, chained: boolean): AIGraph {
  return defineWorkflow('bench', (workflow) => {
    workflow.job('job', (job) => {
      let inputs: readonly Channel[] = [];
      for (let at = 0; at < count; at += 1) {
        const channel = job.node(bash('true'), { inputs });
        if (chained) inputs = [channel];
      }
    });
  });
}

interface Times {
  readonly define: number;
  readonly compile: number;
  readonly all: number;
  readonly json: number;
}

/** The first round counts for the goal: a command compiles once, before anything is optimized. */
async function measure(
  context: BenchContext,
  what: string,
  draw: () => AIGraph,
  goal: number | null,
): Promise<void> {
  const resourceDir = join(context.directory, 'generated');
  const first = await compileOnce(draw, resourceDir);
  const times = [first];
  while (times.length < rounds) times.push(await compileOnce(draw, resourceDir));
  const middle = (part: keyof Times): number => median(times.map((time) => time[part]));
  const parts = `define ${describeTime(middle('define'))}, compile ${describeTime(middle('compile'))}`;
  context.report.measured({
    what,
    ours: `${describeTime(middle('all'))} (${parts}; the first time ${describeTime(first.all)})`,
    beside: `JSON ${describeTime(middle('json'))}`,
    ratio: middle('all') / middle('json'),
    ...(goal !== null && {
      goal: { text: `the first time at most ${describeTime(goal)}`, met: first.all <= goal },
    }),
  });
}

async function compileOnce(draw: () => AIGraph, resourceDir: string): Promise<Times> {
  const began = performance.now();
  const graph = draw();
  const drawn = performance.now();
  const workflow: Workflow = await compileWorkflow(graph, { resourceDir });
  const compiled = performance.now();
  JSON.parse(JSON.stringify(workflow));
  const copied = performance.now();
  return { define: drawn - began, compile: compiled - drawn, all: compiled - began, json: copied - compiled };
}
