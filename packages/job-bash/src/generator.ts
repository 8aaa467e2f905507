import type { AINode, AISubGraph, DataEdge, Job, JobGenerator, Json } from '@aiflow/core';
import { AIFlowError, orderNodes } from '@aiflow/core';
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
    const edges = Map.groupBy(subGraph.dataEdges, (edge) => edge.destination);
    const nodes = inOrder(subGraph).map((node) =>
      plan(jobName, node, inputsOf(jobName, node.nodeId, edges.get(node.nodeId) ?? [])),
    );
    const result: BashPlan = { format: 1, nodes };
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
  const { nodeId: id, outputs, operation, config } = node;
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
  const program =
    'command' in params ? { command: params.command } : { file: params.file, args: params.args };
  return { id, ...program, inputs, operation, works_on: config };
}

/** The sources of a node's inputs, by port; `edges` are those that lead to it. */
function inputsOf(jobName: string, nodeId: string, edges: readonly DataEdge[]): string[] {
  const sorted = edges.toSorted((a, b) => a.port - b.port);
  for (const [port, edge] of sorted.entries()) {
    if (edge.port !== port)
      throw invalidGraph(jobName, `input ${port} of node "${nodeId}" must have one data edge`);
  }
  return sorted.map((edge) => edge.source.nodeId);
}

/** The nodes, each behind those whose results it takes. Takes time in proportion to the graph. */
function inOrder(subGraph: AISubGraph): AINode[] {
  const { jobName } = subGraph.config;
  const seen = new Set<string>();
  for (const { nodeId } of subGraph.nodes) {
    if (seen.has(nodeId)) throw invalidGraph(jobName, `two nodes are called "${nodeId}"`);
    seen.add(nodeId);
  }
  const ordered = orderNodes(subGraph);
  if (ordered !== null) return ordered;
  throw invalidGraph(jobName, 'its data edges run in a circle or start from nodes that are not there');
}

function invalidGraph(jobName: string, why: string): AIFlowError {
  return new AIFlowError('job.invalid_graph', `bash cannot run job "${jobName}": ${why}`, {
    context: { jobName },
  });
}
