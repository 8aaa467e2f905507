import { AIFlowError } from '../errors.ts';
import { canonicalJson } from '../json.ts';
import type { ChannelsOf } from './channels.ts';
import { checkKeys, checkText, shown, told } from './check.ts';
import type { Channel, NodeConfig, Operation } from './graph.ts';
import type { ProcessorOf } from './job-types.ts';
import type { Dataset, ModelReference } from './resources.ts';
import { dataset, modelOf } from './resources.ts';

/** What every operator takes. */
export interface NamedOptions {
  /** The key of the node's result; `node_1`, `node_2` … unless said. */
  readonly name?: string;
}

/** What an operator takes that works on the values of others. */
export interface InputsOptions extends NamedOptions {
  /** The channels whose values the node takes, by port; none unless said. */
  readonly inputs?: readonly Channel[];
}

export interface NodeOptions<Outputs extends number = number> extends InputsOptions {
  /** How many channels the node has; 1 unless said. */
  readonly outputs?: Outputs;
}

export interface ReadDatasetOptions extends NamedOptions {
  /** What it reads. */
  readonly dataset: Dataset;
}

export interface WriteDatasetOptions extends InputsOptions {
  /** What it writes. */
  readonly dataset: Dataset;
}

export interface TransformOptions<Outputs extends number = number> extends InputsOptions {
  /** How many channels the node has; 1 unless said. */
  readonly outputs?: Outputs;
}

export interface TrainOptions<Outputs extends number = number> extends InputsOptions {
  /** The model that comes out of it: a model, or its name. */
  readonly model: ModelReference;
  /** The model that it starts from; none unless said. */
  readonly baseModel?: ModelReference;
  /** How many channels the node has; 0 unless said. */
  readonly outputs?: Outputs;
}

export interface PredictOptions<Outputs extends number = number> extends InputsOptions {
  /** The model that it asks: a model, or its name. */
  readonly model: ModelReference;
  /** Which version of the model; for the processor to choose unless said. */
  readonly modelVersion?: string;
  /** How many channels the node has; 1 unless said. */
  readonly outputs?: Outputs;
}

export interface EvaluateOptions<Outputs extends number = number> extends InputsOptions {
  /** The model that is measured: a model, or its name. */
  readonly model: ModelReference;
  /** How many channels the node has; 0 unless said. */
  readonly outputs?: Outputs;
}

export interface ModelValidateOptions<Outputs extends number = number> extends InputsOptions {
  /** The model that is judged: a model, or its name. */
  readonly model: ModelReference;
  /** Which version of it; for the processor to choose unless said. */
  readonly modelVersion?: string;
  /** The version that it is held against; for the processor to choose unless said. */
  readonly baseModelVersion?: string;
  /** How many channels the node has; 0 unless said. */
  readonly outputs?: Outputs;
}

export interface PushModelOptions extends InputsOptions {
  /** The model that is brought to where it serves: a model, or its name. */
  readonly model: ModelReference;
  /** Which version of it; for the processor to choose unless said. */
  readonly modelVersion?: string;
}

/**
 * The operators, by AIFlow's names. Each adds a node, as `node` does, that says what it works on, so that plugins and
 * people can see which data and models a job reads and makes. All throw what `node` throws, and `define.missing_option`.
 */
export interface Operators<Type extends string = string> {
  /**
   * Adds a node. Throws `define.processor_of_another_plugin`, `define.channel_of_another_job`,
   * `define.unknown_channel`, `define.name_taken`, `define.invalid_processor` or, after its block, `define.block_ended`.
   */
  node<const Outputs extends number = 1>(
    processor: ProcessorOf<Type>,
    options?: NodeOptions<Outputs>,
  ): ChannelsOf<Outputs>;
  /** Reads a dataset; its channel carries what was read. */
  readDataset(processor: ProcessorOf<Type>, options: ReadDatasetOptions): Channel;
  /** Writes what flows to it into a dataset. */
  writeDataset(processor: ProcessorOf<Type>, options: WriteDatasetOptions): void;
  /** Makes new values of those that flow to it. One channel unless said. */
  transform<const Outputs extends number = 1>(
    processor: ProcessorOf<Type>,
    options?: TransformOptions<Outputs>,
  ): ChannelsOf<Outputs>;
  /** Trains a model. No channel unless said. */
  train<const Outputs extends number = 0>(
    processor: ProcessorOf<Type>,
    options: TrainOptions<Outputs>,
  ): ChannelsOf<Outputs>;
  /** Asks a model. One channel unless said. */
  predict<const Outputs extends number = 1>(
    processor: ProcessorOf<Type>,
    options: PredictOptions<Outputs>,
  ): ChannelsOf<Outputs>;
  /** Measures a model. No channel unless said. */
  evaluate<const Outputs extends number = 0>(
    processor: ProcessorOf<Type>,
    options: EvaluateOptions<Outputs>,
  ): ChannelsOf<Outputs>;
  /** Judges the data that flow to it. */
  datasetValidate(processor: ProcessorOf<Type>, options?: InputsOptions): void;
  /** Judges a version of a model, beside another where one is named. No channel unless said. */
  modelValidate<const Outputs extends number = 0>(
    processor: ProcessorOf<Type>,
    options: ModelValidateOptions<Outputs>,
  ): ChannelsOf<Outputs>;
  /** Brings a model to where it serves. */
  pushModel(processor: ProcessorOf<Type>, options: PushModelOptions): void;
}

/** What an operator takes beside its processor, and how many channels it has. */
interface Operator {
  readonly outputs: number;
  readonly required: readonly OptionName[];
  /** Beside `name`; a number of outputs that is not in it is fixed. */
  readonly optional: readonly OptionName[];
}

type OptionName = 'inputs' | 'outputs' | keyof NodeConfig;

const operators: Readonly<Record<Operation, Operator>> = {
  user_define_operation: { outputs: 1, required: [], optional: ['inputs', 'outputs'] },
  read_dataset: { outputs: 1, required: ['dataset'], optional: [] },
  write_dataset: { outputs: 0, required: ['dataset'], optional: ['inputs'] },
  transform: { outputs: 1, required: [], optional: ['inputs', 'outputs'] },
  train: { outputs: 0, required: ['model'], optional: ['inputs', 'baseModel', 'outputs'] },
  predict: { outputs: 1, required: ['model'], optional: ['inputs', 'modelVersion', 'outputs'] },
  evaluate: { outputs: 0, required: ['model'], optional: ['inputs', 'outputs'] },
  dataset_validate: { outputs: 0, required: [], optional: ['inputs'] },
  model_validate: {
    outputs: 0,
    required: ['model'],
    optional: ['inputs', 'modelVersion', 'baseModelVersion', 'outputs'],
  },
  push_model: { outputs: 0, required: ['model'], optional: ['inputs', 'modelVersion'] },
};

/** The names of all options of an operator: made once, since a job may have 100,000 nodes. */
const known: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(operators).map(([name, { required, optional }]) => [
    name,
    ['name', ...required, ...optional],
  ]),
);

/** What any operator may be given; which of it, {@link checkOptions} has seen to. */
export interface OperatorOptions extends NamedOptions {
  readonly inputs?: readonly Channel[];
  readonly outputs?: number;
  readonly dataset?: Dataset;
  readonly model?: ModelReference;
  readonly modelVersion?: string;
  readonly baseModel?: ModelReference;
  readonly baseModelVersion?: string;
}

/** How many channels an operator has when nobody says. */
export function defaultOutputs(operation: Operation): number {
  return operators[operation].outputs;
}

/** Refuses options that an operator does not take, and the lack of those that it needs. `what` names the node. */
export function checkOptions(operation: Operation, options: OperatorOptions, what: string): void {
  checkKeys(options, known.get(operation) ?? [], what);
  const { required } = operators[operation];
  if (required.length === 0) return;
  const missing = required.filter((name) => options[name] === undefined || options[name] === null);
  if (missing.length === 0) return;
  throw new AIFlowError('define.missing_option', `${what} needs the option ${missing.join(' and ')}`);
}

const nothing: NodeConfig = Object.freeze({});

/** What an operator works on. `what` names the node. Throws `define.invalid_dataset` and its like. */
export function configOf(options: OperatorOptions, what: string): NodeConfig {
  const { dataset: data, model, modelVersion, baseModel, baseModelVersion } = options;
  if (data === undefined && model === undefined) return nothing;
  const version = (value: string): string => checkText(value, `a version of a model of ${what}`);
  return Object.freeze({
    ...(data !== undefined && { dataset: told(what, () => dataset(data)) }),
    ...(model !== undefined && { model: told(what, () => modelOf(model)) }),
    ...(modelVersion !== undefined && { modelVersion: version(modelVersion) }),
    ...(baseModel !== undefined && { baseModel: told(what, () => modelOf(baseModel)) }),
    ...(baseModelVersion !== undefined && { baseModelVersion: version(baseModelVersion) }),
  });
}

/** The datasets that a workflow speaks of, by name. */
export class DatasetBook {
  readonly #contents = new Map<string, string>();

  /** Throws `define.dataset_differs` when another dataset of the workflow has the same name. */
  add(data: Dataset, what: string): void {
    const content = canonicalJson(data);
    const before = this.#contents.get(data.name);
    if (before === undefined) this.#contents.set(data.name, content);
    else if (before !== content) {
      throw new AIFlowError(
        'define.dataset_differs',
        `${what} names dataset ${shown(data.name)}, and another dataset of this workflow has the same name and ` +
          'other content: make it once with dataset() and use it in both places, or give one another name',
      );
    }
  }
}
