import { AIFlowError } from '../errors.ts';
import { checkName, isName, nameRule } from '../names.ts';
import type { ChannelsOf } from './channels.ts';
import { JobChannels, checkOutputs } from './channels.ts';
import { plainCopy, shown } from './check.ts';
import type { AINode, Channel, DataEdge, Operation, Processor } from './graph.ts';
import type {
  DatasetBook,
  EvaluateOptions,
  InputsOptions,
  ModelValidateOptions,
  NodeOptions,
  OperatorOptions,
  Operators,
  PredictOptions,
  PushModelOptions,
  ReadDatasetOptions,
  TrainOptions,
  TransformOptions,
  WriteDatasetOptions,
} from './operators.ts';
import { checkOptions, configOf, defaultOutputs } from './operators.ts';

/** Draws the inside of one job; only within the block that it was given to. */
export interface JobBuilder<Type extends string = string> extends Operators<Type> {
  readonly jobName: string;
}

export interface DrawnJob {
  readonly jobType: string;
  readonly nodes: readonly AINode[];
  readonly dataEdges: readonly DataEdge[];
}

/** Runs a job's block and gives what it drew. `datasets` are those of the workflow. */
export function drawJob(
  jobName: string,
  jobType: string | null,
  datasets: DatasetBook,
  build: (job: JobBuilder) => void,
): DrawnJob {
  const sketch = new JobSketch(jobName, jobType, datasets);
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
  readonly #channels: JobChannels;
  readonly #datasets: DatasetBook;

  constructor(jobName: string, jobType: string | null, datasets: DatasetBook) {
    this.jobName = jobName;
    this.#jobType = jobType;
    this.#channels = new JobChannels(jobName);
    this.#datasets = datasets;
  }

  // What each operator gives back follows from its row in the table of operators, which types cannot see.

  node<const Outputs extends number = 1>(
    processor: Processor,
    options: NodeOptions<Outputs> = {},
  ): ChannelsOf<Outputs> {
    return this.#add('user_define_operation', processor, options) as ChannelsOf<Outputs>;
  }

  readDataset(processor: Processor, options: ReadDatasetOptions): Channel {
    return this.#add('read_dataset', processor, options) as Channel;
  }

  writeDataset(processor: Processor, options: WriteDatasetOptions): void {
    this.#add('write_dataset', processor, options);
  }

  transform<const Outputs extends number = 1>(
    processor: Processor,
    options: TransformOptions<Outputs> = {},
  ): ChannelsOf<Outputs> {
    return this.#add('transform', processor, options) as ChannelsOf<Outputs>;
  }

  train<const Outputs extends number = 0>(
    processor: Processor,
    options: TrainOptions<Outputs>,
  ): ChannelsOf<Outputs> {
    return this.#add('train', processor, options) as ChannelsOf<Outputs>;
  }

  predict<const Outputs extends number = 1>(
    processor: Processor,
    options: PredictOptions<Outputs>,
  ): ChannelsOf<Outputs> {
    return this.#add('predict', processor, options) as ChannelsOf<Outputs>;
  }

  evaluate<const Outputs extends number = 0>(
    processor: Processor,
    options: EvaluateOptions<Outputs>,
  ): ChannelsOf<Outputs> {
    return this.#add('evaluate', processor, options) as ChannelsOf<Outputs>;
  }

  datasetValidate(processor: Processor, options: InputsOptions = {}): void {
    this.#add('dataset_validate', processor, options);
  }

  modelValidate<const Outputs extends number = 0>(
    processor: Processor,
    options: ModelValidateOptions<Outputs>,
  ): ChannelsOf<Outputs> {
    return this.#add('model_validate', processor, options) as ChannelsOf<Outputs>;
  }

  pushModel(processor: Processor, options: PushModelOptions): void {
    this.#add('push_model', processor, options);
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

  #add(operation: Operation, processor: Processor, options: OperatorOptions): unknown {
    if (this.#ended) {
      throw new AIFlowError(
        'define.block_ended',
        `a node was added to job "${this.jobName}" after its block had ended: call job.node() inside the block`,
      );
    }
    const kind = operation === 'user_define_operation' ? 'node' : `${operation} node`;
    checkOptions(operation, options, `a ${kind} of job "${this.jobName}"`);
    const own = this.#checkProcessor(processor);
    const nodeId = checkName('node', options.name ?? `node_${this.#nodes.size + 1}`);
    if (this.#nodes.has(nodeId)) {
      throw new AIFlowError('define.name_taken', `job "${this.jobName}" already has a node "${nodeId}"`);
    }
    const what = `node "${nodeId}" of job "${this.jobName}"`;
    const outputs = checkOutputs(options.outputs ?? defaultOutputs(operation), what);
    const inputs = this.#channels.take(options.inputs ?? [], nodeId);
    const config = configOf(options, what);
    if (config.dataset !== undefined) this.#datasets.add(config.dataset, what);
    for (const [port, source] of inputs.entries()) {
      this.#dataEdges.push(Object.freeze({ source, destination: nodeId, port }));
    }
    const { jobName } = this;
    const node: AINode = { nodeId, jobName, operation, processor: own, outputs, config };
    this.#nodes.set(nodeId, Object.freeze(node));
    return this.#channels.give(nodeId, outputs);
  }

  #checkProcessor(processor: Processor): Processor {
    if (typeof processor?.jobType !== 'string' || typeof processor.kind !== 'string') {
      throw new AIFlowError(
        'define.invalid_processor',
        `a node of job "${this.jobName}" needs a processor, such as one made by bash('…') of @aiflow/job-bash`,
      );
    }
    const { jobType, kind } = processor;
    if (!isName(jobType)) {
      throw new AIFlowError(
        'define.invalid_processor',
        `a processor of job "${this.jobName}" has the jobType ${shown(jobType)}: expected ${nameRule}`,
      );
    }
    this.#jobType ??= jobType;
    if (jobType !== this.#jobType) {
      throw new AIFlowError(
        'define.processor_of_another_plugin',
        `job "${this.jobName}" is a ${this.#jobType} job and cannot hold a ${shown(kind)} of ` +
          `${jobType}: put it into a job of its own`,
      );
    }
    const what = `the params of a processor of job "${this.jobName}"`;
    const params = plainCopy(processor.params, what, 'define.invalid_processor');
    return Object.freeze({ jobType, kind, params });
  }
}
