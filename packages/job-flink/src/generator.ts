import type { AINode, AISubGraph, DataEdge, Job, JobGenerator, Json } from '@aiflow/core';
import { AIFlowError, orderNodes } from '@aiflow/core';
import { flinkPropertiesSchema } from './options.ts';
import type { FlinkPlan, PlannedInput, PlannedNode } from './plan.ts';
import { isJavaParams, isPythonParams, isSqlParams } from './processor.ts';
import { chooseWay } from './way.ts';

/** The key of what Flink says of a whole job, among the values of its nodes. */
export const flinkKey = 'flink';

/**
 * Makes the plan of a Flink job: one Java program, or Python and SQL nodes in topological order. Writes no files. Throws
 * `job.invalid_graph` for Java beside anything else or in local mode, a processor of another plugin or form, two nodes
 * with one name, a port that is left out or taken twice, an edge to what is not there or to SQL, a cycle.
 */
export class FlinkJobGenerator implements JobGenerator {
  async generate(subGraph: AISubGraph, _resourceDir: string): Promise<Job> {
    const plan = planOf(subGraph);
    await checkPlace(subGraph, plan);
    return {
      config: subGraph.config,
      platform: 'flink',
      engine: 'flink',
      plan: plan as unknown as Json,
      inputs: [],
      outputs: [],
    };
  }
}

function planOf(subGraph: AISubGraph): FlinkPlan {
  const { nodes, dataEdges, config } = subGraph;
  const refuse = (reason: string): AIFlowError => invalidGraph(config.jobName, reason);
  checkNames(nodes, refuse);
  const java = nodes.find(({ processor }) => processor.kind === 'FlinkJavaProcessor');
  if (java === undefined) return tablesPlan(subGraph, refuse);
  if (nodes.length > 1) {
    throw refuse(`it has ${nodes.length} nodes, one of them Java: a Java program is a job of its own`);
  }
  const { params, jobType } = java.processor;
  if (jobType !== 'flink' || !isJavaParams(params)) throw refuse(`node "${java.nodeId}" is no flinkJava(…)`);
  if (dataEdges.length > 0) throw refuse('a Java program takes no values of nodes');
  const { mainJarFile, entryClass, args } = params;
  return { format: 1, kind: 'java', node: java.nodeId, mainJarFile, entryClass: entryClass ?? null, args };
}

function tablesPlan(subGraph: AISubGraph, refuse: (reason: string) => AIFlowError): FlinkPlan {
  const ids = new Map(subGraph.nodes.map((node) => [node.nodeId, node]));
  const inputs = collectInputs(ids, subGraph.dataEdges, refuse);
  const ordered = orderNodes(subGraph);
  if (ordered === null) throw refuse('its data edges form a cycle');
  const nodes = ordered.map((node) => planNode(node, inputs.get(node.nodeId) ?? [], refuse));
  return { format: 1, kind: 'tables', nodes };
}

function checkNames(nodes: readonly AINode[], refuse: (reason: string) => AIFlowError): void {
  if (nodes.length === 0) throw refuse('it has no node');
  const seen = new Set<string>();
  for (const { nodeId } of nodes) {
    if (seen.has(nodeId)) throw refuse(`two nodes are called "${nodeId}"`);
    if (nodeId === flinkKey)
      throw refuse(`a node is called "${flinkKey}", the name of what Flink says of a job`);
    seen.add(nodeId);
  }
}

function planNode(
  node: AINode,
  inputs: readonly PlannedInput[],
  refuse: (reason: string) => AIFlowError,
): PlannedNode {
  const { jobType, kind, params } = node.processor;
  const common = { id: node.nodeId, outputs: node.outputs, inputs };
  if (jobType === 'flink' && kind === 'FlinkPythonProcessor' && isPythonParams(params)) {
    return { ...common, kind: 'python', module: params.module, class: params.class, config: params.config };
  }
  if (jobType === 'flink' && kind === 'FlinkSqlProcessor' && isSqlParams(params)) {
    return { ...common, kind: 'sql', script: params };
  }
  throw refuse(
    `node "${node.nodeId}" is a ${kind} of ${jobType}, or one of another form: a flink job takes ` +
      'flinkJava(…) alone, or flinkPython(…) and flinkSql(…)',
  );
}

/** The sources of every node's inputs, by port. */
function collectInputs(
  nodes: ReadonlyMap<string, AINode>,
  edges: readonly DataEdge[],
  refuse: (reason: string) => AIFlowError,
): ReadonlyMap<string, PlannedInput[]> {
  const found = new Map<string, PlannedInput[]>();
  for (const { source, destination, port } of edges) {
    const [from, to] = [nodes.get(source.nodeId), nodes.get(destination)];
    const edge = `the data edge from "${source.nodeId}" to "${destination}"`;
    if (from === undefined || to === undefined) throw refuse(`${edge} names a node that is not there`);
    if (to.processor.kind === 'FlinkSqlProcessor')
      throw refuse(`${edge} leads to SQL, which takes no values`);
    if (!(Number.isInteger(source.port) && source.port >= 0 && source.port < from.outputs)) {
      throw refuse(`${edge} starts from output ${source.port}, and there are ${from.outputs}`);
    }
    const inputs = found.get(destination) ?? [];
    found.set(destination, inputs);
    if (!(Number.isInteger(port) && port >= 0 && port < edges.length))
      throw refuse(`${edge} leads to input ${port}`);
    if (inputs[port] !== undefined) throw refuse(`two data edges lead to input ${port} of "${destination}"`);
    inputs[port] = { node: source.nodeId, port: source.port };
  }
  for (const [nodeId, inputs] of found) {
    const gap = inputs.findIndex((input) => input === undefined);
    if (gap >= 0) throw refuse(`no data edge leads to input ${gap} of "${nodeId}", and one to a later input`);
  }
  return found;
}

/** What the job is and where it is to run must fit; properties that are wrong in themselves are the compiler's. */
async function checkPlace({ config }: AISubGraph, plan: FlinkPlan): Promise<void> {
  const checked = await flinkPropertiesSchema['~standard'].validate(config.properties);
  if (checked.issues !== undefined) return;
  if (plan.kind === 'java' && chooseWay(plan, config.properties) === 'local') {
    throw invalidGraph(
      config.jobName,
      'it is a Java program, and those need a cluster: set jobmanager or flink_run_args in its properties',
    );
  }
}

function invalidGraph(jobName: string, reason: string): AIFlowError {
  return new AIFlowError('job.invalid_graph', `flink job "${jobName}" cannot run: ${reason}`, {
    context: { jobName },
  });
}
