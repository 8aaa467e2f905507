import { describe, expect, it } from 'vitest';
import type { AINode, Channel, JobBuilder } from '../../src/index.ts';
import { dataset, defineWorkflow, model } from '../../src/index.ts';
import { codeOf, step } from './drawing.ts';

const rows = dataset({ name: 'rows', uri: 'rows.csv' });
const bird = model({ name: 'bird', type: 'saved_model' });

/** The nodes that a job's block draws, and what the last call in it gave back. */
function drawn(build: (job: JobBuilder) => unknown): { nodes: readonly AINode[]; given: unknown } {
  let given: unknown;
  const graph = defineWorkflow('w', (workflow) => {
    workflow.job('a', (job) => {
      given = build(job);
    });
  });
  return { nodes: graph.nodes, given };
}

const isChannel = (value: unknown): value is Channel =>
  typeof value === 'object' && value !== null && 'port' in value;

interface Row {
  readonly operation: AINode['operation'];
  readonly outputs: number;
  readonly draw: (job: JobBuilder, inputs: readonly Channel[]) => unknown;
  readonly config: AINode['config'];
}
const named = { name: 'bird', type: null, properties: {} };
const table: readonly Row[] = [
  { operation: 'user_define_operation', outputs: 1, draw: (job) => job.node(step()), config: {} },
  {
    operation: 'read_dataset',
    outputs: 1,
    draw: (job) => job.readDataset(step(), { dataset: rows }),
    config: { dataset: rows },
  },
  {
    operation: 'write_dataset',
    outputs: 0,
    draw: (job, inputs) => job.writeDataset(step(), { dataset: rows, inputs }),
    config: { dataset: rows },
  },
  {
    operation: 'transform',
    outputs: 1,
    draw: (job, inputs) => job.transform(step(), { inputs }),
    config: {},
  },
  {
    operation: 'train',
    outputs: 0,
    draw: (job, inputs) => job.train(step(), { inputs, model: bird, baseModel: 'bird' }),
    config: { model: bird, baseModel: named },
  },
  {
    operation: 'predict',
    outputs: 1,
    draw: (job, inputs) => job.predict(step(), { inputs, model: 'bird', modelVersion: '7' }),
    config: { model: named, modelVersion: '7' },
  },
  {
    operation: 'evaluate',
    outputs: 0,
    draw: (job, inputs) => job.evaluate(step(), { inputs, model: bird }),
    config: { model: bird },
  },
  {
    operation: 'dataset_validate',
    outputs: 0,
    draw: (job, inputs) => job.datasetValidate(step(), { inputs }),
    config: {},
  },
  {
    operation: 'model_validate',
    outputs: 0,
    draw: (job, inputs) =>
      job.modelValidate(step(), { inputs, model: bird, modelVersion: '7', baseModelVersion: '6' }),
    config: { model: bird, modelVersion: '7', baseModelVersion: '6' },
  },
  {
    operation: 'push_model',
    outputs: 0,
    draw: (job) => job.pushModel(step(), { model: bird, modelVersion: '7' }),
    config: { model: bird, modelVersion: '7' },
  },
];

describe('an operator', () => {
  it.each(table)(
    '$operation has $outputs outputs, and says what it works on',
    ({ operation, outputs, draw, config }) => {
      const { nodes, given } = drawn((job) => draw(job, [job.node(step(), { name: 'source' })]));
      expect(nodes.at(-1)).toEqual({
        nodeId: 'node_2',
        jobName: 'a',
        operation,
        processor: step(),
        outputs,
        config,
      });
      expect(isChannel(given)).toBe(outputs === 1);
      expect(Object.isFrozen(nodes.at(-1)?.config)).toBe(true);
    },
  );

  it('gives as many channels as it is asked for, where a number may be said', () => {
    const counts = drawn((job) => {
      const inputs = [job.readDataset(step(), { dataset: rows })];
      const channels = [
        job.transform(step(), { inputs, outputs: 3 }),
        job.train(step(), { inputs, model: bird, outputs: 2 }),
        job.predict(step(), { inputs, model: bird, outputs: 2 }),
        job.evaluate(step(), { inputs, model: bird, outputs: 2 }),
        job.modelValidate(step(), { inputs, model: bird, outputs: 2 }),
      ].map((each) => each.length);
      return [...channels, job.transform(step(), { inputs, outputs: 0 })];
    });
    expect(counts.given).toEqual([3, 2, 2, 2, 2, undefined]);
  });

  it('makes data edges of its inputs, by port', () => {
    const graph = defineWorkflow('w', (workflow) => {
      workflow.job('a', (job) => {
        const [left, right] = job.transform(step(), { name: 'split', inputs: [], outputs: 2 });
        job.pushModel(step(), { name: 'push', model: bird, inputs: [right, left] });
      });
    });
    expect(graph.dataEdges.map(({ source, destination, port }) => [source.port, destination, port])).toEqual([
      [1, 'push', 0],
      [0, 'push', 1],
    ]);
  });

  const wrong = (value: unknown): never => value as never;
  it.each<[string, string, (job: JobBuilder) => unknown]>([
    [
      'no options where some are needed',
      'define.invalid_option',
      (job) => job.pushModel(step(), wrong(undefined)),
    ],
    ['no dataset', 'define.missing_option', (job) => job.readDataset(step(), wrong({}))],
    ['no model', 'define.missing_option', (job) => job.train(step(), wrong({ inputs: [] }))],
    ['a null for its model', 'define.missing_option', (job) => job.pushModel(step(), { model: wrong(null) })],
    [
      'a number of outputs that is fixed',
      'define.unknown_option',
      (job) => job.readDataset(step(), wrong({ dataset: rows, outputs: 2 })),
    ],
    [
      'a dataset where it has none',
      'define.unknown_option',
      (job) => job.node(step(), wrong({ dataset: rows })),
    ],
    [
      'the name of a dataset alone',
      'define.invalid_option',
      (job) => job.readDataset(step(), wrong({ dataset: 'rows' })),
    ],
    [
      'a dataset that leaves the project',
      'define.invalid_dataset',
      (job) => job.readDataset(step(), { dataset: { ...rows, uri: '../rows.csv' } }),
    ],
    [
      'a model that is a number',
      'define.invalid_option',
      (job) => job.pushModel(step(), { model: wrong(5) }),
    ],
    ['a model with a wrong name', 'define.invalid_model', (job) => job.pushModel(step(), { model: 'a/b' })],
    [
      'a version that is a number',
      'define.invalid_option',
      (job) => job.pushModel(step(), { model: 'm', modelVersion: wrong(7) }),
    ],
    [
      'a dataset of the same name and other content',
      'define.dataset_differs',
      (job) => {
        job.readDataset(step(), { dataset: rows });
        job.readDataset(step(), { dataset: { ...rows, format: 'csv' } });
      },
    ],
  ])('is refused with %s', (_, code, build) => {
    expect(codeOf(() => drawn(build))).toBe(code);
  });

  it('may name the same dataset in several jobs of a workflow, when its content is the same', () => {
    const again = { ...rows, properties: {} };
    const graph = defineWorkflow('w', (workflow) => {
      workflow.job('a', (job) => void job.readDataset(step(), { dataset: rows }));
      workflow.job('b', (job) => job.writeDataset(step(), { dataset: again, inputs: [] }));
    });
    expect(graph.nodes).toHaveLength(2);
    const differing = codeOf(() =>
      defineWorkflow('w', (workflow) => {
        workflow.job('a', (job) => void job.readDataset(step(), { dataset: rows }));
        workflow.job('b', (job) => void job.readDataset(step(), { dataset: { ...rows, uri: 'other' } }));
      }),
    );
    expect(differing).toBe('define.dataset_differs');
  });
});
