import type { AIGraph, Workflow } from '@aiflow/core';
import { expect } from 'vitest';

/** What a row was made into. */
export interface Built {
  readonly graph: AIGraph;
  readonly workflow: Workflow;
}

export interface Row {
  readonly read: (built: Built) => unknown;
  readonly gives: unknown;
}

export interface PythonRow extends Row {
  /** As the table shows it. */
  readonly here: string;
}

/** The last node of the job `row`: what it is, and what flows to it. */
function lastNode({ graph }: Built): unknown {
  const node = graph.nodes.findLast((each) => each.jobName === 'row');
  const edges = graph.dataEdges.filter((edge) => edge.destination === node?.nodeId);
  const { operation, outputs, config } = node ?? {};
  return { operation, outputs, config, inputs: edges.map((edge) => edge.source.nodeId) };
}

function node(
  here: string,
  operation: string,
  outputs: number,
  config: object = {},
  inputs = ['node_1'],
): PythonRow {
  return { here, read: lastNode, gives: { operation, outputs, config, inputs } };
}

function rule(here: string, action: string, condition: object): PythonRow {
  return { here, read: ({ workflow }) => workflow.rules, gives: [{ jobName: 'b', action, condition }] };
}

const status = (value: string): object => ({ kind: 'job_status', jobName: 'a', status: value });

function event(key: string, more: object = {}): object {
  const pattern = { eventType: 'UNDEFINED', namespace: 'default', sender: '*', life: 'ONCE' };
  const compares =
    'value' in more ? { valueCondition: 'EQUALS' } : { value: null, valueCondition: 'UPDATED' };
  return { kind: 'event', key, ...pattern, ...compares, ...more };
}

const iris = { name: 'iris', uri: 'resources/iris.csv', format: null, schema: null, properties: {} };
const named = (name: string): object => ({ name, type: null, properties: {} });
const knn = named('KNN');

/** Each row of the table, in order. */
export const pythonRows: readonly PythonRow[] = [
  {
    here: "job.node(bash('echo 1'))",
    read: ({ workflow }) => workflow.jobs.map(({ config }) => config.jobType),
    gives: ['python', 'python', 'bash'],
  },
  {
    here: "job.node(step, { inputs: [rows], outputs: 2, name: 'split' })",
    read: ({ graph }) => graph.nodes.at(-1),
    gives: expect.objectContaining({ nodeId: 'split', outputs: 2, operation: 'user_define_operation' }),
  },
  node("job.node(python('module:Class'))", 'user_define_operation', 1, {}, []),
  {
    here: "dataset({ name: 'iris', uri: 'resources/iris.csv', format: 'csv' })",
    read: ({ workflow }) => workflow.jobs.length,
    gives: 3,
  },
  {
    here: "model({ name: 'KNN', type: 'checkpoint' })",
    read: ({ workflow }) => workflow.jobs.length,
    gives: 3,
  },
  node('job.readDataset(step, { dataset: iris })', 'read_dataset', 1, { dataset: iris }, []),
  node('job.writeDataset(step, { dataset: iris, inputs: [rows] })', 'write_dataset', 0, { dataset: iris }),
  node('job.transform(step, { inputs: [rows] })', 'transform', 1),
  node('job.transform(step, { inputs: [rows], outputs: 3 })', 'transform', 3),
  node("job.train(step, { inputs: [rows], model: 'KNN' })", 'train', 0, { model: knn }),
  node("job.train(step, { inputs: [rows], model: 'KNN', baseModel: 'old', outputs: 1 })", 'train', 1, {
    model: knn,
    baseModel: named('old'),
  }),
  node("job.predict(step, { inputs: [rows], model: 'KNN', modelVersion: '3' })", 'predict', 1, {
    model: knn,
    modelVersion: '3',
  }),
  node("job.evaluate(step, { inputs: [rows], model: 'KNN' })", 'evaluate', 0, { model: knn }),
  node('job.datasetValidate(step, { inputs: [rows] })', 'dataset_validate', 0),
  node(
    "job.modelValidate(step, { inputs: [rows], model: 'KNN', baseModelVersion: '2' })",
    'model_validate',
    0,
    {
      model: knn,
      baseModelVersion: '2',
    },
  ),
  node(
    "job.pushModel(step, { model: 'KNN', modelVersion: '3' })",
    'push_model',
    0,
    { model: knn, modelVersion: '3' },
    [],
  ),
  {
    here: "workflow.job('next', (job) => void job.node(step))",
    read: ({ workflow }) => workflow.jobs.map(({ config }) => config.jobName),
    gives: ['a', 'b', 'row', 'next'],
  },
  rule('b.startWhen(finished(a))', 'START', status('FINISHED')),
  rule('b.stopWhen(failed(a))', 'STOP', status('FAILED')),
  rule("b.when(running(a), 'NONE')", 'NONE', status('RUNNING')),
  rule('b.restartWhen(killed(a))', 'RESTART', status('KILLED')),
  rule(
    "b.startWhen(event({ key: 'k', value: 'v', sender: null }))",
    'START',
    event('k', { value: 'v', sender: null }),
  ),
  rule("b.startWhen(event({ key: 'k' }))", 'START', event('k')),
  rule(
    "b.restartWhen(event({ key: '*', value: 'v', eventType: 'T', sender: 'a', namespace: 'n' }))",
    'RESTART',
    event('*', { value: 'v', eventType: 'T', sender: 'a', namespace: 'n' }),
  ),
  rule("b.startWhen(all(event({ key: 'k', value: 'v' }), event({ key: 'l', life: 'REPEATED' })))", 'START', {
    kind: 'all',
    of: [event('k', { value: 'v' }), event('l', { life: 'REPEATED' })],
  }),
  rule("b.startWhen(any(event({ key: 'k', value: 'v' }), event({ key: 'l', value: 'w' })))", 'START', {
    kind: 'any',
    of: [event('k', { value: 'v' }), event('l', { value: 'w' })],
  }),
  rule(
    "b.startWhen(sufficientOrNecessary({ sufficient: [event({ key: 'k', value: 'v' })], necessary: [event({ key: 'l', value: 'w' })] }))",
    'START',
    {
      kind: 'any',
      of: [event('k', { value: 'v' }), { kind: 'all', of: [event('l', { value: 'w' })] }],
    },
  ),
  rule(
    "b.restartWhen(modelVersion('KNN', { event: 'MODEL_VALIDATED' }))",
    'RESTART',
    event('KNN', { eventType: 'MODEL_VALIDATED' }),
  ),
  rule(
    "b.startWhen(datasetChanged({ name: 'iris' }))",
    'START',
    event('iris', { eventType: 'DATASET_CHANGED' }),
  ),
  {
    here: "workflow.startWhen(event({ key: 'k' }))",
    read: ({ workflow }) => workflow.workflowRules,
    gives: [{ action: 'START', condition: event('k') }],
  },
  {
    here: "workflow.stopWhen(event({ key: 'k' }))",
    read: ({ workflow }) => workflow.workflowRules,
    gives: [{ action: 'STOP', condition: event('k') }],
  },
  {
    here: 'workflow.properties({})',
    read: ({ workflow }) => workflow.contextExtractor,
    gives: null,
  },
  {
    here: "workflow.extractContext({ field: 'value', pointer: '/region' })",
    read: ({ workflow }) => workflow.contextExtractor,
    gives: { kind: 'field', field: 'value', pointer: '/region' },
  },
];
