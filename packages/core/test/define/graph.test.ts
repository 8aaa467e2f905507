import { describe, expect, it } from 'vitest';
import {
  defineWorkflow,
  finished,
  graphVersion,
  graphVersionOf,
  orderNodes,
  splitGraph,
} from '../../src/index.ts';
import { draw, step } from './drawing.ts';

const train = defineWorkflow('penguins', (workflow) => {
  workflow.properties({ owner: 'us' });
  workflow.properties({ tier: 1 });
  const clean = workflow.job('clean', (job) => void job.node(step('clean')));
  const fit = workflow.job('fit', { type: 'fake', properties: { seed: 7 } }, (job) => {
    const [rows, labels] = job.node(step('read'), { name: 'read', outputs: 2 });
    const model = job.node(step('train'), { inputs: [rows, labels] });
    job.node(step('save'), { name: 'save', inputs: [model], outputs: 0 });
  });
  fit.startWhen(finished(clean));
});

/** What a node says that is no named operator. */
const own = { operation: 'user_define_operation', config: {} };

describe('a graph', () => {
  it('is plain data: jobs, nodes, data edges and rules in the order of definition', () => {
    expect(JSON.parse(JSON.stringify(train))).toEqual({
      workflowName: 'penguins',
      properties: { owner: 'us', tier: 1 },
      jobs: [
        { jobName: 'clean', jobType: 'fake', properties: {} },
        { jobName: 'fit', jobType: 'fake', properties: { seed: 7 } },
      ],
      nodes: [
        { nodeId: 'node_1', jobName: 'clean', processor: step('clean'), outputs: 1, ...own },
        { nodeId: 'read', jobName: 'fit', processor: step('read'), outputs: 2, ...own },
        { nodeId: 'node_2', jobName: 'fit', processor: step('train'), outputs: 1, ...own },
        { nodeId: 'save', jobName: 'fit', processor: step('save'), outputs: 0, ...own },
      ],
      dataEdges: [
        { source: { jobName: 'fit', nodeId: 'read', port: 0 }, destination: 'node_2', port: 0 },
        { source: { jobName: 'fit', nodeId: 'read', port: 1 }, destination: 'node_2', port: 1 },
        { source: { jobName: 'fit', nodeId: 'node_2', port: 0 }, destination: 'save', port: 0 },
      ],
      rules: [
        {
          jobName: 'fit',
          action: 'START',
          condition: { kind: 'job_status', jobName: 'clean', status: 'FINISHED' },
        },
      ],
      workflowRules: [],
      schedules: [],
      contextExtractor: null,
      limits: {},
    });
  });

  it('is frozen, and known for one by its brand, which is not part of its data', () => {
    expect(Object.isFrozen(train)).toBe(true);
    for (const list of [train.jobs, train.nodes, train.dataEdges, train.rules])
      expect(Object.isFrozen(list)).toBe(true);
    expect(graphVersionOf(train)).toBe(graphVersion);
    expect(Object.keys(train)).not.toContain('brand');
    expect(graphVersionOf(JSON.parse(JSON.stringify(train)))).toBeNull();
    for (const other of [null, undefined, 'graph', {}, []]) expect(graphVersionOf(other)).toBeNull();
  });

  it('does not change when what it was drawn from does', () => {
    const params = { list: [1, 2], text: 'before' };
    const properties = { nested: { a: 1 } };
    const graph = defineWorkflow('w', (workflow) => {
      workflow.properties(properties);
      workflow.job('a', (job) => void job.node({ jobType: 'fake', kind: 'Step', params }));
    });
    params.list.push(3);
    params.text = 'after';
    properties.nested.a = 2;
    expect(graph.nodes[0]?.processor.params).toEqual({ list: [1, 2], text: 'before' });
    expect(graph.properties).toEqual({ nested: { a: 1 } });
    expect(Object.isFrozen(graph.nodes[0]?.processor.params)).toBe(true);
  });

  it('splits into one sub-graph for each job', () => {
    const [clean, fit] = splitGraph(train);
    expect(clean?.nodes.map(({ nodeId }) => nodeId)).toEqual(['node_1']);
    expect(clean?.dataEdges).toEqual([]);
    expect(fit?.config.properties).toEqual({ seed: 7 });
    expect(fit?.nodes.map(({ nodeId }) => nodeId)).toEqual(['read', 'node_2', 'save']);
    expect(fit?.dataEdges).toHaveLength(3);
  });

  it('orders nodes by their data, and those that do not depend on each other as they were drawn', () => {
    const [, fit] = splitGraph(train);
    expect(fit && orderNodes({ ...fit, nodes: fit.nodes.toReversed() })?.map(({ nodeId }) => nodeId)).toEqual(
      ['read', 'node_2', 'save'],
    );
    const [job] = splitGraph(
      defineWorkflow('w', (workflow) => {
        workflow.job('j', (builder) => {
          for (const name of ['c', 'a', 'b']) builder.node(step(name), { name });
        });
      }),
    );
    expect(job && orderNodes(job)?.map(({ nodeId }) => nodeId)).toEqual(['c', 'a', 'b']);
  });

  it('puts a node behind all that it takes from, and once', () => {
    const [job] = splitGraph(
      defineWorkflow('w', (workflow) => {
        workflow.job('j', (builder) => {
          const [left, right] = [
            builder.node(step(), { name: 'left' }),
            builder.node(step(), { name: 'right' }),
          ];
          const middle = builder.node(step(), { name: 'middle', inputs: [right] });
          builder.node(step(), { name: 'last', inputs: [left, middle] });
        });
      }),
    );
    expect(job && orderNodes(job)?.map(({ nodeId }) => nodeId)).toEqual(['left', 'right', 'middle', 'last']);
  });

  it('has no order when data goes round in a circle', () => {
    const [job] = splitGraph(draw(['j']));
    const edge = { source: { jobName: 'j', nodeId: 'node_1', port: 0 }, destination: 'node_1', port: 0 };
    expect(job && orderNodes({ ...job, dataEdges: [edge] })).toBeNull();
  });
});
