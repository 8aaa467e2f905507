import { invalidGraph } from './invalid-graph.ts';
import type { PlannedNode } from './plan.ts';

/**
 * The nodes, each behind those that it reads from; otherwise in the order in which they were drawn. Throws
 * `job.invalid_graph`, naming the path, for a cycle. Takes time in proportion to nodes and edges.
 */
export function sortByData(jobName: string, nodes: readonly PlannedNode[]): PlannedNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const sorted = new Set<PlannedNode>();
  for (const node of nodes) visit(jobName, node, byId, sorted);
  return [...sorted];
}

/** Depth first and without recursion: a chain of nodes can be longer than the stack. */
function visit(
  jobName: string,
  start: PlannedNode,
  byId: ReadonlyMap<string, PlannedNode>,
  sorted: Set<PlannedNode>,
): void {
  const path: { readonly node: PlannedNode; next: number }[] = [{ node: start, next: 0 }];
  const onPath = new Set([start]);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const source = top.node.inputs[top.next];
    top.next += 1;
    if (source === undefined || sorted.has(top.node)) {
      sorted.add(top.node);
      onPath.delete(top.node);
      path.pop();
      continue;
    }
    const before = byId.get(source.node);
    if (before === undefined || sorted.has(before)) continue;
    if (onPath.has(before)) {
      const names = path.map(({ node }) => node.id);
      const cycle = [...names.slice(names.indexOf(before.id)), before.id].reverse();
      throw invalidGraph(jobName, `its nodes wait for each other: ${cycle.join(' → ')}`);
    }
    path.push({ node: before, next: 0 });
    onPath.add(before);
  }
}
