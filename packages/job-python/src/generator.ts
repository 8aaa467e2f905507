import type { AINode, AISubGraph, DataEdge, Job, JobGenerator, Json } from '@aiflow/core';
import { AIFlowError, orderNodes } from '@aiflow/core';
import type { PlannedNode, PythonPlan } from './plan.ts';
import { isPythonParams } from './processor.ts';

/**
 * Makes the plan of a Python job: its nodes in topological order, each with its class, its config and the sources of
 * its inputs. Writes no files. Throws `job.invalid_graph` for a processor of another plugin or of another form, for
 * two nodes with one name, two edges into one port, a port that is left out, an edge to what is not there, a cycle.
 */
export class PythonJobGenerator implements JobGenerator {
  async generate(subGraph: AISubGraph, _resourceDir: string): Promise<Job> {
    const { jobName } = subGraph.config;
    const nodes = indexNodes(jobName, subGraph.nodes);
    const inputs = collectInputs(jobName, nodes, subGraph.dataEdges);
    const ordered = orderNodes(subGraph);
    if (ordered === null) throw invalidGraph(jobName, 'its data edges form a cycle');
    const result: PythonPlan = {
      format: 1,
      nodes: ordered.map((node) => planNode(jobName, node, inputs.get(node.nodeId) ?? [])),
    };
    return {
      config: subGraph.config,
      platform: 'local',
      engine: 'python',
      plan: result as unknown as Json,
      inputs: [],
      outputs: [],
    };
  }
}

function indexNodes(jobName: string, nodes: readonly AINode[]): ReadonlyMap<string, AINode> {
  const found = new Map<string, AINode>();
  for (const node of nodes) {
    if (found.has(node.nodeId)) throw invalidGraph(jobName, `two nodes are called "${node.nodeId}"`);
    found.set(node.nodeId, node);
  }
  if (found.size === 0) throw invalidGraph(jobName, 'it has no node');
  return found;
}

type Source = { readonly node: string; readonly port: number };

/** The sources of every node's inputs, by port. */
function collectInputs(
  jobName: string,
  nodes: ReadonlyMap<string, AINode>,
  edges: readonly DataEdge[],
): ReadonlyMap<string, Source[]> {
  const found = new Map<string, Source[]>();
  for (const { source, destination, port } of edges) {
    const from = nodes.get(source.nodeId);
    const edge = `the data edge from "${source.nodeId}" to "${destination}"`;
    if (from === undefined || !nodes.has(destination))
      throw invalidGraph(jobName, `${edge} names a node that is not there`);
    if (!(Number.isInteger(source.port) && source.port >= 0 && source.port < from.outputs)) {
      throw invalidGraph(jobName, `${edge} starts from output ${source.port}, and there are ${from.outputs}`);
    }
    const inputs = found.get(destination) ?? [];
    found.set(destination, inputs);
    if (!(Number.isInteger(port) && port >= 0 && port < edges.length))
      throw invalidGraph(jobName, `${edge} leads to input ${port}`);
    if (inputs[port] !== undefined)
      throw invalidGraph(jobName, `two data edges lead to input ${port} of "${destination}"`);
    inputs[port] = { node: source.nodeId, port: source.port };
  }
  for (const [nodeId, inputs] of found) {
    const gap = inputs.findIndex((input) => input === undefined);
    if (gap >= 0)
      throw invalidGraph(
        jobName,
        `no data edge leads to input ${gap} of "${nodeId}", and one to a later input`,
      );
  }
  return found;
}

function planNode(jobName: string, node: AINode, inputs: readonly Source[]): PlannedNode {
  const { jobType, kind, params } = node.processor;
  if (jobType !== 'python' || kind !== 'PythonProcessor') {
    throw invalidGraph(
      jobName,
      `node "${node.nodeId}" is a ${kind} of ${jobType}: a python job takes python('module:Class')`,
    );
  }
  if (!isPythonParams(params)) {
    throw invalidGraph(
      jobName,
      `node "${node.nodeId}" names no Python class: expected python('module:Class')`,
    );
  }
  const place = 'module' in params ? { module: params.module } : { file: params.file };
  return {
    id: node.nodeId,
    ...place,
    class: params.class,
    config: params.config,
    operation: node.operation,
    works_on: node.config,
    outputs: node.outputs,
    inputs,
  };
}

function invalidGraph(jobName: string, reason: string): AIFlowError {
  return new AIFlowError('job.invalid_graph', `python job "${jobName}" cannot run: ${reason}`, {
    context: { jobName },
  });
}
