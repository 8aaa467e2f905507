import type { JsonObject } from '../json.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { ContextExtractor } from './context-extractor.ts';
import type { ExecMode, RetryPolicy, RunCondition } from './policy.ts';
import type { Dataset, Model } from './resources.ts';
import type { JobRule, WorkflowRule } from './rules.ts';

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

/** The named operators, by AIFlow's names; `user_define_operation` is a node without a name of its own. */
export type Operation =
  | 'read_dataset'
  | 'write_dataset'
  | 'transform'
  | 'train'
  | 'predict'
  | 'evaluate'
  | 'dataset_validate'
  | 'model_validate'
  | 'push_model'
  | 'user_define_operation';

/** What an operator works on, beside the values that flow to it. What is absent was not said. */
export interface NodeConfig {
  readonly dataset?: Dataset;
  readonly model?: Model;
  readonly modelVersion?: string;
  readonly baseModel?: Model;
  readonly baseModelVersion?: string;
}

/** A processor at its place in the graph. `nodeId` is unique in the job and the key of the node's result. */
export interface AINode {
  readonly nodeId: string;
  readonly jobName: string;
  readonly operation: Operation;
  readonly processor: Processor;
  readonly outputs: number;
  readonly config: NodeConfig;
}

/** A value that flows from a channel to the input `port` of the node `destination` of the same job. */
export interface DataEdge {
  readonly source: Channel;
  readonly destination: string;
  readonly port: number;
}

/**
 * The documents' JobConfig (and BaseJobConfig): what a job is called, which plugin runs it, that plugin's properties,
 * and how the job is scheduled. What is absent was not said; what that means stands beside it.
 */
export interface JobConfig {
  readonly jobName: string;
  readonly jobType: string;
  readonly properties: JsonObject;
  /** Where it is to run and by what: picks the plugin of that engine and platform. Absent: those of `jobType`. */
  readonly platform?: string;
  readonly engine?: string;
  /** Absent: BATCH. */
  readonly execMode?: ExecMode;
  /** Each tick stops the job if it runs and starts it anew. Absent: none. */
  readonly schedules?: readonly Schedule[];
  /** Absent: an attempt that failed is not followed by another. */
  readonly retry?: RetryPolicy;
  /** How long an attempt may run before it is stopped and counts as failed. Absent: as long as it wants. */
  readonly timeoutMs?: number;
  /** The named pool whose places it takes while it runs, and how many (1 unless said). Absent: none. */
  readonly pool?: string;
  readonly poolSlots?: number;
  /** Absent: `upstream_finished`. */
  readonly runCondition?: RunCondition;
  /** How often the line about a running job is asked for. Absent: every 5 seconds. */
  readonly labelIntervalMs?: number;
}

/** How much of a workflow may run at once. What is absent is not limited here. */
export interface WorkflowLimits {
  /** Jobs of all its executions together. */
  readonly jobs?: number;
  /** Executions of the workflow; those beyond wait. */
  readonly executions?: number;
}

/** A whole workflow as its file drew it: frozen plain data, before configuration and plugins are applied. */
export interface AIGraph {
  readonly workflowName: string;
  readonly properties: JsonObject;
  readonly jobs: readonly JobConfig[];
  readonly nodes: readonly AINode[];
  readonly dataEdges: readonly DataEdge[];
  readonly rules: readonly JobRule[];
  readonly workflowRules: readonly WorkflowRule[];
  readonly schedules: readonly Schedule[];
  /** Null: every event belongs to all executions. */
  readonly contextExtractor: ContextExtractor | null;
  readonly limits: WorkflowLimits;
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
