import { describe, expect, it } from 'vitest';
import type { Channel, DefinedJob, JobBuilder, WorkflowBuilder } from '../../src/index.ts';
import { all, any, defineWorkflow, event, finished } from '../../src/index.ts';
import { codeOf, draw, oneStep, step } from './drawing.ts';

const inJob = (build: (job: JobBuilder) => void) => () => defineWorkflow('w', (w) => void w.job('a', build));
const inWorkflow = (build: (workflow: WorkflowBuilder) => void) => () => defineWorkflow('w', build);
/** What plain JavaScript can pass where the types forbid it. */
const wrong = (value: unknown): never => value as never;

const mistakes: readonly (readonly [what: string, code: string, action: () => unknown])[] = [
  ['a workflow without a job', 'define.empty_workflow', inWorkflow(() => undefined)],
  ['a job without a node', 'define.empty_job', inJob(() => undefined)],
  ['two jobs with one name', 'define.name_taken', () => draw(['a', 'a'])],
  [
    'an option of a node that is misspelt',
    'define.unknown_option',
    inJob((job) => void job.node(step(), wrong({ input: [] }))),
  ],
  [
    'an input that is no list',
    'define.unknown_channel',
    inJob((job) => void job.node(step(), { inputs: wrong(job.node(step())) })),
  ],
  [
    'an option of a job that is misspelt',
    'define.unknown_option',
    inWorkflow((w) => void w.job('a', wrong({ propertys: {} }), (job) => void job.node(wrong(step())))),
  ],
  [
    'a job inside the block of another',
    'define.nested_job',
    inWorkflow((w) => {
      w.job('a', (job) => {
        job.node(step());
        w.job('a', (inner) => void inner.node(step()));
      });
    }),
  ],
  [
    'a channel of another workflow whose names are the same',
    'define.unknown_channel',
    () => {
      const channels: Channel[] = [];
      const drawing = inJob((job) => {
        const [foreign] = channels;
        channels.push(job.node(step()));
        if (foreign !== undefined) job.node(step(), { inputs: [foreign] });
      });
      drawing();
      return drawing();
    },
  ],
  [
    'a condition on a status that there is not',
    'define.invalid_rule',
    inWorkflow((w) => {
      const a = w.job('a', (job) => void job.node(step()));
      a.startWhen({ kind: 'job_status', jobName: 'a', status: wrong('DONE') });
    }),
  ],
  [
    'a workflow named like something in the working directory',
    'name.invalid',
    () => defineWorkflow('resources', () => undefined),
  ],
  [
    'two nodes of a job with one name',
    'define.name_taken',
    inJob((job) => {
      job.node(step(), { name: 'n' });
      job.node(step(), { name: 'n' });
    }),
  ],
  [
    'a node that is given the name that another got by itself',
    'define.name_taken',
    inJob((job) => {
      job.node(step(), { name: 'node_2' });
      job.node(step());
    }),
  ],
  ['a workflow name that is no name', 'name.invalid', () => defineWorkflow('../up', () => undefined)],
  ['a job name that is no name', 'name.invalid', () => draw(['a/b'])],
  ['a name that is no text', 'name.invalid', () => draw([wrong(5)])],
  ['a node name that is no name', 'name.invalid', inJob((job) => void job.node(step(), { name: '' }))],
  [
    'a channel of another job',
    'define.channel_of_another_job',
    inWorkflow((w) => {
      const channels: Channel[] = [];
      w.job('a', (job) => void channels.push(job.node(step())));
      w.job('b', (job) => void job.node(step(), { inputs: channels }));
    }),
  ],
  [
    'a port that the node does not have',
    'define.unknown_channel',
    inJob((job) => {
      const channel = job.node(step());
      job.node(step(), { inputs: [{ ...channel, port: 1 }] });
    }),
  ],
  [
    'a channel of a node that does not exist',
    'define.unknown_channel',
    inJob((job) => void job.node(step(), { inputs: [{ jobName: 'a', nodeId: 'none', port: 0 }] })),
  ],
  [
    'a channel of a node without outputs',
    'define.unknown_channel',
    inJob((job) => {
      const nothing = job.node(step(), { outputs: 0 });
      job.node(step(), { inputs: [wrong(nothing)] });
    }),
  ],
  [
    'a node that takes its own channel, which would be a cycle of data',
    'define.unknown_channel',
    inJob((job) => void job.node(step(), { name: 'n', inputs: [{ jobName: 'a', nodeId: 'n', port: 0 }] })),
  ],
  [
    'a processor of another plugin',
    'define.processor_of_another_plugin',
    inJob((job) => {
      job.node(step());
      job.node({ jobType: 'other', kind: 'k', params: {} });
    }),
  ],
  [
    'a processor of another type than the job says',
    'define.processor_of_another_plugin',
    inWorkflow((w) => void w.job('a', { type: 'other' }, (job) => void job.node(wrong(step())))),
  ],
  ['no processor', 'define.invalid_processor', inJob((job) => void job.node(wrong(undefined)))],
  [
    'a processor with a function inside',
    'define.invalid_processor',
    inJob((job) => void job.node({ jobType: 'fake', kind: 'step', params: { run: () => 1 } })),
  ],
  [
    'a broken number of outputs',
    'define.invalid_outputs',
    inJob((job) => void job.node(step(), { outputs: wrong(1.5) })),
  ],
  [
    'properties that are not plain JSON',
    'define.not_plain',
    inWorkflow(
      (w) => void w.job('a', { type: 'fake', properties: { when: wrong(new Date()) } }, wrong(oneStep)),
    ),
  ],
  [
    'workflow properties that are no object',
    'define.not_plain',
    inWorkflow((w) => w.properties(wrong('text'))),
  ],
  ['no block for a job', 'define.invalid_block', inWorkflow((w) => void w.job('a', wrong(undefined)))],
  ['no block for a workflow', 'define.invalid_block', () => defineWorkflow('w', wrong(undefined))],
  [
    'an async block of a job',
    'define.async_block',
    inJob(wrong(async (job: JobBuilder) => void job.node(step()))),
  ],
  ['an async block of a workflow', 'define.async_block', inWorkflow(wrong(async () => undefined))],
  [
    'a node that is added after its block',
    'define.block_ended',
    inWorkflow((w) => {
      let kept: JobBuilder | undefined;
      w.job('a', (job) => {
        kept = job;
        job.node(step());
      });
      kept?.node(step());
    }),
  ],
  [
    'a rule that is added after the block of its workflow',
    'define.block_ended',
    () => {
      const kept: DefinedJob[] = [];
      draw(['a'], (w) => void kept.push(w.job('b', oneStep)));
      for (const job of kept) job.startWhen(finished({ jobName: 'a' }));
    },
  ],
  [
    'a rule about a job that does not exist',
    'define.unknown_job',
    () => draw(['a'], (w) => void w.job('b', oneStep).startWhen(finished({ jobName: 'none' }))),
  ],
  [
    'a rule without a condition',
    'define.invalid_rule',
    () => draw(['a'], (w) => void w.job('b', oneStep).stopWhen(wrong(undefined))),
  ],
  [
    'an empty all',
    'define.invalid_rule',
    () => draw(['a'], (w) => void w.job('b', oneStep).startWhen(all())),
  ],
  [
    'an empty any inside an all',
    'define.invalid_rule',
    () => draw(['a'], (w) => void w.job('b', oneStep).startWhen(all(any()))),
  ],
];

describe('a mistake in a definition is found where it is made', () => {
  it.each(mistakes)('%s is %s', (_, code, action) => {
    expect(codeOf(action)).toBe(code);
  });
});

describe('an event that cannot be', () => {
  it.each([
    [{ key: 'k', value: 3 }, /the value of event\(\) cannot be 3: /],
    [{ value: 'v' }, /the key of event\(\) cannot be undefined: /],
    [{ key: 'k', life: 'FOREVER' }, /the life of event\(\) cannot be "FOREVER": /],
    [{ key: 'k', valueCondition: 'CHANGED' }, /the valueCondition of event\(\) cannot be "CHANGED": /],
    [{ key: 'k', value: 'v', valueCondition: 'UPDATED' }, /leave the value out$/],
    [{ key: 'k', valueCondition: 'EQUALS' }, /add the value$/],
  ])('%j is refused with what is wrong in it', (spec, message) => {
    expect(() => event(wrong(spec))).toThrow(message);
  });
});
