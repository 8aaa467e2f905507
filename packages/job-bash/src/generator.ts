import type { AINode, AISubGraph, Job, JobGenerator, Json } from '@aiflow/core';
import { AIFlowError } from '@aiflow/core';
import type { BashPlan, PlannedNode } from './plan.ts';
import { isBashParams } from './processor.ts';

/**
 * Makes the plan of a bash job: its nodes, each behind those whose results it takes. Writes no files. Throws
 * `job.invalid_graph` for a processor of another plugin or form, a node with more than one output, and data edges
 * that leave an input open, lead to nothing or run in a circle.
 */
export class BashJobGenerator implements JobGenerator {
  async generate(subGraph: AISubGraph, _resourceDir: string): Promise<Job> {
    const { jobName } = subGraph.config;
    const nodes = subGraph.nodes.map((node) => plan(jobName, node, inputsOf(subGraph, node.nodeId)));
    const result: BashPlan = { format: 1, nodes: sortByInputs(jobName, nodes) };
    return {
      config: subGraph.config,
      platform: 'local',
      engine: 'cmd_line',
      plan: result as unknown as Json,
      inputs: [],
      outputs: [],
    };
  }
}

function plan(jobName: string, node: AINode, inputs: readonly string[]): PlannedNode {
  const { jobType, kind, params } = node.processor;
  const { nodeId: id, outputs } = node;
  if (jobType !== 'bash' || kind !== 'BashProcessor' || !isBashParams(params)) {
    throw invalidGraph(
      jobName,
      `node "${id}" is a ${kind} of ${jobType}, and a bash job takes bash('…') and bashFile('…')`,
    );
  }
  if (outputs > 1) {
    throw invalidGraph(
      jobName,
      `node "${id}" has ${outputs} outputs, and a bash node has one: its last line of output`,
    );
  }
  return 'command' in params
    ? { id, command: params.command, inputs }
    : { id, file: params.file, args: params.args, inputs };
}

/** The sources of a node's inputs, by port. */
function inputsOf({ config, dataEdges }: AISubGraph, nodeId: string): string[] {
  const edges = dataEdges.filter((edge) => edge.destination === nodeId).toSorted((a, b) => a.port - b.port);
  for (const [port, edge] of edges.entries()) {
    if (edge.port !== port)
      throw invalidGraph(config.jobName, `input ${port} of node "${nodeId}" must have one data edge`);
  }
  return edges.map((edge) => edge.source.nodeId);
}

function sortByInputs(jobName: string, nodes: readonly PlannedNode[]): PlannedNode[] {
  const sorted = new Map<string, PlannedNode>();
  for (let rest = nodes; rest.length > 0;) {
    const ready = rest.filter((node) => node.inputs.every((input) => sorted.has(input)));
    if (ready.length === 0) {
      const names = rest.map((node) => `"${node.id}"`).join(', ');
      throw invalidGraph(
        jobName,
        `the data edges of ${names} run in a circle or start from nodes that are not there`,
      );
    }
    for (const node of ready) {
      if (sorted.has(node.id)) throw invalidGraph(jobName, `two nodes are called "${node.id}"`);
      sorted.set(node.id, node);
    }
    rest = rest.filter((node) => !sorted.has(node.id));
  }
  return [...sorted.values()];
}

function invalidGraph(jobName: string, why: string): AIFlowError {
  return new AIFlowError('job.invalid_graph', `bash cannot run job "${jobName}": ${why}`, {
    context: { jobName },
  });
}
