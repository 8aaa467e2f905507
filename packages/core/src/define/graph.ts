import type { JsonObject } from '../json.ts';
import type { JobRule } from './rules.ts';

/**
 * What a node does, as plain data: a job plugin's package exports a function that makes one (`bash('…')`), and its
 * `JobGenerator` reads it. `jobType` decides which plugin the job belongs to; `kind` is the processor's name there.
 */
export interface Processor<Type extends string = string, Params extends object = object> {
  readonly jobType: Type;
  readonly kind: string;
  readonly params: Params;
}

/** One output of a node: what a data edge starts from. Ports count from 0. */
export interface Channel {
  readonly jobName: string;
  readonly nodeId: string;
  readonly port: number;
}

/** A processor at its place in the graph. `nodeId` is unique in the job and the key of the node's result. */
export interface AINode {
  readonly nodeId: string;
  readonly jobName: string;
  readonly processor: Processor;
  readonly outputs: number;
}

/** A value that flows from a channel to the input `port` of the node `destination` of the same job. */
export interface DataEdge {
  readonly source: Channel;
  readonly destination: string;
  readonly port: number;
}

/** The documents' JobConfig: what a job is called, which plugin runs it, and that plugin's properties. */
export interface JobConfig {
  readonly jobName: string;
  readonly jobType: string;
  readonly properties: JsonObject;
}

/** A whole workflow as its file drew it: frozen plain data, before configuration and plugins are applied. */
export interface AIGraph {
  readonly workflowName: string;
  readonly properties: JsonObject;
  readonly jobs: readonly JobConfig[];
  readonly nodes: readonly AINode[];
  readonly dataEdges: readonly DataEdge[];
  readonly rules: readonly JobRule[];
}

/** The part of the graph that is one job: what a `JobGenerator` turns into a {@link import('../compile/workflow.ts').Job}. */
export interface AISubGraph {
  readonly config: JobConfig;
  readonly nodes: readonly AINode[];
  readonly dataEdges: readonly DataEdge[];
}

const brand = Symbol.for('aiflow.graph');
/** The version of the graph's shape. A graph drawn by another version is refused where it is loaded. */
export const graphVersion = 1;

/** Stamps a graph, so that another copy of this package knows it for one. */
export function brandGraph(graph: AIGraph): AIGraph {
  Object.defineProperty(graph, brand, { value: graphVersion });
  return Object.freeze(graph);
}

/** The version of the shape of a graph that `defineWorkflow` of any copy of this package made; null for anything else. */
export function graphVersionOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null) return null;
  const version: unknown = Reflect.get(value, brand);
  return typeof version === 'number' ? version : null;
}
