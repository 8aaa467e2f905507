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
} from '@aiflow/core';
import { all, defineWorkflow, finished } from '@aiflow/core';
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

// A factory of any properties can be handed on as a factory.
expectTypeOf<JobPluginFactory<ShapeProperties>>().toExtend<JobPluginFactory>();
