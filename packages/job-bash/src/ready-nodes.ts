import type { OrderedNode } from './graph-order.ts';

/** The nodes of a graph as they become ready to run. All of it takes time in proportion to nodes and edges. */
export class ReadyNodes {
  readonly #ready: OrderedNode[] = [];
  #given = 0;
  /** How many of a node's inputs are open; a node that is taken twice is one input. */
  readonly #open = new Map<OrderedNode, number>();
  readonly #followers = new Map<string, OrderedNode[]>();

  constructor(nodes: readonly OrderedNode[]) {
    for (const node of nodes) {
      const inputs = new Set(node.inputs);
      this.#open.set(node, inputs.size);
      if (inputs.size === 0) this.#ready.push(node);
      for (const input of inputs) {
        const followers = this.#followers.get(input);
        if (followers === undefined) this.#followers.set(input, [node]);
        else followers.push(node);
      }
    }
  }

  /** The node that has been ready for longest; undefined when none is. */
  next(): OrderedNode | undefined {
    const node = this.#ready[this.#given];
    if (node !== undefined) this.#given += 1;
    return node;
  }

  /** A node has ended well: those that waited only for it are ready. */
  done(id: string): void {
    for (const node of this.#followers.get(id) ?? []) {
      const open = (this.#open.get(node) ?? 0) - 1;
      this.#open.set(node, open);
      if (open === 0) this.#ready.push(node);
    }
  }
}
