import type { AIGraph, AINode, AISubGraph, DataEdge, JobConfig } from '../define/graph.ts';

/** The graph as one sub-graph for each job, in the order of definition. Takes time in proportion to the graph. */
export function splitGraph(graph: AIGraph): AISubGraph[] {
  const parts = new Map<string, { config: JobConfig; nodes: AINode[]; dataEdges: DataEdge[] }>();
  for (const config of graph.jobs) parts.set(config.jobName, { config, nodes: [], dataEdges: [] });
  for (const node of graph.nodes) parts.get(node.jobName)?.nodes.push(node);
  for (const edge of graph.dataEdges) parts.get(edge.source.jobName)?.dataEdges.push(edge);
  return [...parts.values()];
}

/**
 * A job's nodes so that each stands behind those whose values it takes, always in the same order. Null when the data edges form a cycle, which `defineWorkflow` cannot draw.
 */
export function orderNodes(subGraph: AISubGraph): AINode[] | null {
  const nodes = new Map(subGraph.nodes.map((node) => [node.nodeId, node]));
  const waitsFor = new Map<string, Set<string>>(subGraph.nodes.map((node) => [node.nodeId, new Set()]));
  const feeds = new Map<string, string[]>(subGraph.nodes.map((node) => [node.nodeId, []]));
  for (const { source, destination } of subGraph.dataEdges) {
    const sources = waitsFor.get(destination);
    if (sources === undefined || sources.has(source.nodeId)) continue;
    sources.add(source.nodeId);
    feeds.get(source.nodeId)?.push(destination);
  }
  const ordered = subGraph.nodes.filter((node) => waitsFor.get(node.nodeId)?.size === 0);
  // The list grows while it is walked: a node joins it when the last of its sources has been passed.
  for (const node of ordered) {
    for (const destination of feeds.get(node.nodeId) ?? []) {
      const rest = waitsFor.get(destination);
      rest?.delete(node.nodeId);
      const next = nodes.get(destination);
      if (rest?.size === 0 && next !== undefined) ordered.push(next);
    }
  }
  return ordered.length === subGraph.nodes.length ? ordered : null;
}
