import { AIFlowError } from '../errors.ts';
import { findNonJson, frozenCopy } from '../json.ts';
import { checkName } from '../names.ts';
import { checkKeys } from './check.ts';
import type { AINode, Channel, DataEdge, Processor } from './graph.ts';
import type { ProcessorOf } from './job-types.ts';

export interface NodeOptions<Outputs extends number> {
  /** The key of the node's result; `node_1`, `node_2` … unless said. */
  readonly name?: string;
  /** The channels whose values the node takes, by port. */
  readonly inputs?: readonly Channel[];
  /** How many channels the node has; 1 unless said. */
  readonly outputs?: Outputs;
}

/** What `node` gives back: nothing for 0 outputs, a channel for 1, a tuple for more. */
export type ChannelsOf<Outputs extends number> = Outputs extends 0
  ? void
  : Outputs extends 1
    ? Channel
    : ChannelTuple<Outputs>;
type ChannelTuple<Length extends number, Found extends Channel[] = []> = number extends Length
  ? readonly Channel[]
  : Found['length'] extends Length
    ? Readonly<Found>
    : ChannelTuple<Length, [...Found, Channel]>;

/** Draws the inside of one job; only within the block that it was given to. */
export interface JobBuilder<Type extends string = string> {
  readonly jobName: string;
  /**
   * Adds a node. Throws `define.processor_of_another_plugin`, `define.channel_of_another_job`,
   * `define.unknown_channel`, `define.name_taken`, `define.invalid_processor` or, after its block, `define.block_ended`.
   */
  node<const Outputs extends number = 1>(
    processor: ProcessorOf<Type>,
    options?: NodeOptions<Outputs>,
  ): ChannelsOf<Outputs>;
}

export interface DrawnJob {
  readonly jobType: string;
  readonly nodes: readonly AINode[];
  readonly dataEdges: readonly DataEdge[];
}

/** Runs a job's block and gives what it drew. */
export function drawJob(jobName: string, jobType: string | null, build: (job: JobBuilder) => void): DrawnJob {
  const sketch = new JobSketch(jobName, jobType);
  const returned: unknown = build(sketch);
  return sketch.end(returned);
}

/** Whether a block gave back a promise; what it comes to is of no interest, so a rejection is none of ours. */
export function isThenable(returned: unknown): boolean {
  if (typeof returned !== 'object' || returned === null || !('then' in returned)) return false;
  Promise.resolve(returned).catch(() => undefined);
  return true;
}

class JobSketch implements JobBuilder {
  readonly jobName: string;
  #jobType: string | null;
  #ended = false;
  readonly #nodes = new Map<string, AINode>();
  readonly #dataEdges: DataEdge[] = [];
  /** The channels that this job gave out: one of another workflow may bear the same names. */
  readonly #ownChannels = new WeakSet<Channel>();

  constructor(jobName: string, jobType: string | null) {
    this.jobName = jobName;
    this.#jobType = jobType;
  }

  node<const Outputs extends number = 1>(
    processor: Processor,
    options: NodeOptions<Outputs> = {},
  ): ChannelsOf<Outputs> {
    if (this.#ended) {
      throw new AIFlowError(
        'define.block_ended',
        `a node was added to job "${this.jobName}" after its block had ended: call job.node() inside the block`,
      );
    }
    checkKeys(options, ['name', 'inputs', 'outputs'], `a node of job "${this.jobName}"`);
    const inputs = this.#checkInputs(options.inputs ?? []);
    const { jobType, kind, params } = this.#checkProcessor(processor);
    const own = Object.freeze({ jobType, kind, params: frozenCopy(params) });
    const nodeId = checkName('node', options.name ?? `node_${this.#nodes.size + 1}`);
    if (this.#nodes.has(nodeId)) {
      throw new AIFlowError('define.name_taken', `job "${this.jobName}" already has a node "${nodeId}"`);
    }
    const outputs: number = options.outputs ?? 1;
    if (!Number.isInteger(outputs) || outputs < 0 || outputs > 1000) {
      throw new AIFlowError(
        'define.invalid_outputs',
        `node "${nodeId}" of job "${this.jobName}" must have 0 to 1000 outputs, not ${outputs}`,
      );
    }
    for (const [port, source] of inputs.entries()) {
      this.#checkChannel(source, nodeId);
      this.#dataEdges.push(Object.freeze({ source, destination: nodeId, port }));
    }
    this.#nodes.set(
      nodeId,
      Object.freeze({
        nodeId,
        jobName: this.jobName,
        operation: 'user_define_operation',
        processor: own,
        outputs,
        config: {},
      }),
    );
    return this.#channels(nodeId, outputs) as ChannelsOf<Outputs>;
  }

  end(returned: unknown): DrawnJob {
    this.#ended = true;
    if (isThenable(returned)) {
      throw new AIFlowError(
        'define.async_block',
        `the block of job "${this.jobName}" must not be async: draw everything before it returns`,
      );
    }
    if (this.#jobType === null || this.#nodes.size === 0) {
      throw new AIFlowError(
        'define.empty_job',
        `job "${this.jobName}" has no node: call job.node() in its block`,
      );
    }
    return { jobType: this.#jobType, nodes: [...this.#nodes.values()], dataEdges: this.#dataEdges };
  }

  #channels(nodeId: string, outputs: number): Channel | readonly Channel[] | undefined {
    const channel = (port: number): Channel => {
      const made = Object.freeze({ jobName: this.jobName, nodeId, port });
      this.#ownChannels.add(made);
      return made;
    };
    if (outputs === 0) return undefined;
    if (outputs === 1) return channel(0);
    return Object.freeze(Array.from({ length: outputs }, (_, port) => channel(port)));
  }

  #checkProcessor(processor: Processor): Processor {
    if (typeof processor?.jobType !== 'string' || typeof processor.kind !== 'string') {
      throw new AIFlowError(
        'define.invalid_processor',
        `a node of job "${this.jobName}" needs a processor, such as one made by bash('…') of @aiflow/job-bash`,
      );
    }
    const notPlain = findNonJson(processor.params);
    if (notPlain !== null) {
      throw new AIFlowError(
        'define.invalid_processor',
        `the ${processor.kind} of job "${this.jobName}" must have plain JSON as its params, and ${notPlain} is not`,
      );
    }
    this.#jobType ??= processor.jobType;
    if (processor.jobType !== this.#jobType) {
      throw new AIFlowError(
        'define.processor_of_another_plugin',
        `job "${this.jobName}" is a ${this.#jobType} job and cannot hold a ${processor.kind} of ` +
          `${processor.jobType}: put it into a job of its own`,
      );
    }
    return processor;
  }

  #checkInputs(inputs: readonly Channel[]): readonly Channel[] {
    const given: unknown = inputs; // plain JavaScript can pass anything
    if (Array.isArray(given)) return inputs;
    throw new AIFlowError(
      'define.unknown_channel',
      `inputs of a node of job "${this.jobName}" must be a list of channels: write [channel]`,
    );
  }

  #checkChannel(source: Channel, nodeId: string): void {
    if (typeof source?.nodeId !== 'string' || typeof source.jobName !== 'string') {
      throw new AIFlowError(
        'define.unknown_channel',
        `an input of node "${nodeId}" of job "${this.jobName}" is not a channel: inputs takes what job.node() returned`,
      );
    }
    if (source.jobName !== this.jobName) {
      throw new AIFlowError(
        'define.channel_of_another_job',
        `node "${nodeId}" of job "${this.jobName}" takes a channel of job "${source.jobName}": ` +
          `a data edge stays inside its job, so let the jobs share a file and order them with startWhen()`,
      );
    }
    if (!this.#ownChannels.has(source)) {
      throw new AIFlowError(
        'define.unknown_channel',
        `node "${nodeId}" of job "${this.jobName}" takes output ${source.port} of "${source.nodeId}", which job.node() ` +
          'did not return here: pass what it returned',
      );
    }
  }
}
