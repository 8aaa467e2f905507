// Types alone: `tsc -p test` fails when one of these expectations does not hold.
import type {
  Channel,
  ChannelsOf,
  Condition,
  JobBuilder,
  JobPluginFactory,
  JsonObject,
  Processor,
  ProcessorOf,
  PropertiesOf,
  WorkflowCondition,
} from '@aiflow/core';
import {
  all,
  any,
  dataset,
  defineWorkflow,
  event,
  finished,
  modelVersion,
  retryPolicy,
  workflowStatus,
} from '@aiflow/core';
import { expectTypeOf } from 'vitest';

interface ShapeProcessor extends Processor<'shape', { readonly sides: number }> {}
interface ShapeProperties {
  readonly color: 'red' | 'blue';
}

declare module '@aiflow/core' {
  interface JobTypes {
    shape: { processor: ShapeProcessor; properties: ShapeProperties };
  }
}

const shape = (sides: number): ShapeProcessor => ({ jobType: 'shape', kind: 'shape', params: { sides } });
const foreign: Processor<'foreign'> = { jobType: 'foreign', kind: 'foreign', params: {} };

// What a node gives back follows from its number of outputs.
expectTypeOf<ChannelsOf<0>>().toEqualTypeOf<void>();
expectTypeOf<ChannelsOf<1>>().toEqualTypeOf<Channel>();
expectTypeOf<ChannelsOf<2>>().toEqualTypeOf<readonly [Channel, Channel]>();
expectTypeOf<ChannelsOf<number>>().toExtend<Channel | readonly Channel[] | void>();

// A job type that a package has added is known with its processor and its properties; another is any.
expectTypeOf<ProcessorOf<'shape'>>().toEqualTypeOf<ShapeProcessor>();
expectTypeOf<PropertiesOf<'shape'>>().toEqualTypeOf<ShapeProperties>();
expectTypeOf<ProcessorOf<'unheard-of'>>().toEqualTypeOf<Processor<'unheard-of'>>();
expectTypeOf<PropertiesOf<'unheard-of'>>().toEqualTypeOf<JsonObject>();

defineWorkflow('types', (workflow) => {
  const first = workflow.job('first', (job) => {
    expectTypeOf(job).toEqualTypeOf<JobBuilder>();
    expectTypeOf(job.node(shape(3))).toEqualTypeOf<Channel>();
    expectTypeOf(job.node(foreign, { outputs: 0 })).toEqualTypeOf<void>();
    const [left, right] = job.node(shape(4), { outputs: 2 });
    job.node(shape(5), { inputs: [left, right] });
    // @ts-expect-error -- a node with two outputs gives no third
    const [, , third] = job.node(shape(4), { outputs: 2 });
    // @ts-expect-error -- a node without outputs gives nothing to take
    job.node(shape(5), { inputs: [job.node(foreign, { outputs: 0 })] });
    return third;
  });

  workflow.job('typed', { type: 'shape', properties: { color: 'red' } }, (job) => {
    job.node(shape(3));
    // @ts-expect-error -- a job of this type takes its own processors alone
    job.node(foreign);
  });
  // @ts-expect-error -- a property that the type does not allow
  workflow.job('wrong-property', { type: 'shape', properties: { color: 'green' } }, () => undefined);
  workflow.job('other', { type: 'unheard-of', properties: { anything: [1, 'two'] } }, () => undefined);

  expectTypeOf(finished(first)).toEqualTypeOf<Condition>();
  expectTypeOf(first.startWhen(all(finished(first)))).toEqualTypeOf(first);
  // @ts-expect-error -- a rule needs a condition, and a job is none
  first.startWhen(first);
  // @ts-expect-error -- a channel is no job
  finished({ nodeId: 'node_1', port: 0 });
});

const rows = dataset({ name: 'rows', uri: 'rows.csv', schema: [{ name: 'id', type: 'INT64' }] });
// @ts-expect-error -- a column type that there is not
dataset({ name: 'rows', uri: 'rows.csv', schema: [{ name: 'id', type: 'INT' }] });
// @ts-expect-error -- a dataset lies somewhere
dataset({ name: 'rows' });

defineWorkflow('operators', (workflow) => {
  workflow.job('shapes', { type: 'shape' }, (job) => {
    const read = job.readDataset(shape(1), { dataset: rows });
    expectTypeOf(read).toEqualTypeOf<Channel>();
    const inputs = [read];
    expectTypeOf(job.writeDataset(shape(1), { dataset: rows, inputs })).toEqualTypeOf<void>();
    expectTypeOf(job.transform(shape(1), { inputs })).toEqualTypeOf<Channel>();
    expectTypeOf(job.transform(shape(1), { inputs, outputs: 2 })).toEqualTypeOf<
      readonly [Channel, Channel]
    >();
    expectTypeOf(job.train(shape(1), { inputs, model: 'm' })).toEqualTypeOf<void>();
    expectTypeOf(job.train(shape(1), { inputs, model: 'm', outputs: 1 })).toEqualTypeOf<Channel>();
    expectTypeOf(job.predict(shape(1), { inputs, model: 'm' })).toEqualTypeOf<Channel>();
    expectTypeOf(job.evaluate(shape(1), { inputs, model: 'm' })).toEqualTypeOf<void>();
    expectTypeOf(job.datasetValidate(shape(1), { inputs })).toEqualTypeOf<void>();
    expectTypeOf(job.modelValidate(shape(1), { inputs, model: 'm' })).toEqualTypeOf<void>();
    expectTypeOf(job.pushModel(shape(1), { model: 'm' })).toEqualTypeOf<void>();
    // @ts-expect-error -- a processor of another type
    job.readDataset(foreign, { dataset: rows });
    // @ts-expect-error -- a dataset, and not its name
    job.readDataset(shape(1), { dataset: 'rows' });
    // @ts-expect-error -- what is read has one channel
    job.readDataset(shape(1), { dataset: rows, outputs: 2 });
    // @ts-expect-error -- training gives no channel unless it is asked for one
    job.transform(shape(1), { inputs: [job.train(shape(1), { inputs, model: 'm' })] });
    // @ts-expect-error -- a prediction asks a model
    job.predict(shape(1), { inputs });
    // @ts-expect-error -- validating is of data and of no dataset
    job.datasetValidate(shape(1), { dataset: rows });
    // @ts-expect-error -- an evaluation knows no version
    job.evaluate(shape(1), { inputs, model: 'm', modelVersion: '1' });
  });
});

defineWorkflow('policies', (workflow) => {
  // The job type may be left out.
  const job = workflow.job(
    'job',
    { retry: { limit: 2, delay: '5s' }, timeout: '1h', execMode: 'STREAM' },
    (block) => {
      expectTypeOf(block).toEqualTypeOf<JobBuilder>();
      block.node(foreign);
    },
  );
  // @ts-expect-error -- an execMode that there is not
  workflow.job('mode', { execMode: 'batch' }, () => undefined);
  // @ts-expect-error -- a retry key that there is not
  workflow.job('retry', { retry: { limit: 2, delays: '5s' } }, () => undefined);
  // @ts-expect-error -- how often it is tried again must be said
  retryPolicy({ delay: '5s' });
  // @ts-expect-error -- a run condition that there is not
  workflow.job('condition', { runCondition: 'always' }, () => undefined);

  job.schedule({ cron: '0 6 * * *', timezone: 'Europe/Paris' }).schedule({ interval: { hours: 1 } });
  // @ts-expect-error -- a schedule key that there is not
  job.schedule({ crom: '0 6 * * *' });
  // @ts-expect-error -- a cron expression or an interval
  workflow.schedule({ cron: '0 6 * * *', interval: '1h' });

  job.when(event({ key: 'k' }), 'NONE');
  // @ts-expect-error -- an action that there is not
  job.when(event({ key: 'k' }), 'JUMP');
  // @ts-expect-error -- a field that an event has not
  event({ key: 'k', from: 'someone' });
  // @ts-expect-error -- UPDATED takes no value
  event({ key: 'k', value: '1', valueCondition: 'UPDATED' });
  // @ts-expect-error -- EQUALS needs a value
  event({ key: 'k', valueCondition: 'EQUALS' });

  // Rules of workflows look at events alone.
  expectTypeOf(
    all(event({ key: 'k' }), any(workflowStatus('w', 'FINISHED'))),
  ).toEqualTypeOf<WorkflowCondition>();
  expectTypeOf<WorkflowCondition>().toExtend<Condition>();
  workflow.startWhen(any(event({ key: 'k' }), modelVersion('m', { event: 'MODEL_DEPLOYED' })));
  // @ts-expect-error -- the status of a job is no event
  workflow.startWhen(finished(job));
  // @ts-expect-error -- nor inside of another condition
  workflow.stopWhen(all(event({ key: 'k' }), finished(job)));
  // @ts-expect-error -- a workflow is not restarted
  workflow.when(event({ key: 'k' }), 'RESTART');
  // @ts-expect-error -- a field that an event has not
  workflow.extractContext({ field: 'body' });
  // @ts-expect-error -- one of the two
  workflow.extractContext({ field: 'value', module: './context.ts' });
  // @ts-expect-error -- a limit that there is not
  workflow.limit({ job: 1 });
});

// A factory of any properties can be handed on as a factory.
expectTypeOf<JobPluginFactory<ShapeProperties>>().toExtend<JobPluginFactory>();
