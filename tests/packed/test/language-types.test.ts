import { expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';

/** What a user's editor must mark: the compiler complains of each `@ts-expect-error` behind which all is well. */
const definition = `import { all, dataset, datasetChanged, defineWorkflow, event, finished, modelVersion } from '@aiflow/core';
import { bash, bashFile } from '@aiflow/job-bash';
import { python } from '@aiflow/job-python';

const rows = dataset({ name: 'rows', uri: 'rows.csv', schema: [{ name: 'n', type: 'INT64' }] });
// @ts-expect-error -- a column of a type that there is not
dataset({ name: 'rows', uri: 'rows.csv', schema: [{ name: 'n', type: 'INTEGER' }] });

export default defineWorkflow('types', (workflow) => {
  const load = workflow.job('load', { type: 'bash', properties: { env: { A: '1' } } }, (job) => {
    job.node(bash('true'));
    job.node(bashFile('resources/x.sh', ['a']));
    // @ts-expect-error -- a processor of another plugin
    job.node(python('m:C'));
    // @ts-expect-error -- a command is a text
    job.node(bash(3));
  });
  // @ts-expect-error -- a property that bash jobs do not have
  workflow.job('load', { type: 'bash', properties: { enviroment: {} } }, (job) => void job.node(bash('true')));
  // @ts-expect-error -- a property of another type
  workflow.job('load', { type: 'bash', properties: { stop_grace_seconds: 'soon' } }, (job) => void job.node(bash('true')));
  // @ts-expect-error -- a retry policy has a limit
  workflow.job('load', { retry: { times: 3 } }, (job) => void job.node(bash('true')));

  const train = workflow.job('train', (job) => {
    const read = job.readDataset(python('m:Read'), { dataset: rows });
    const [left, right] = job.transform(python('m:Split'), { inputs: [read], outputs: 2 });
    // @ts-expect-error -- two outputs give no third
    const [, , third] = job.transform(python('m:Split'), { inputs: [read], outputs: 2 });
    const nothing = job.train(python('m:Train'), { inputs: [left, right], model: 'KNN' });
    // @ts-expect-error -- training has no output unless it is said
    job.evaluate(python('m:Test'), { inputs: [nothing], model: 'KNN' });
    // @ts-expect-error -- training is of a model
    job.train(python('m:Train'), { inputs: [left, right] });
    // @ts-expect-error -- reading is of a dataset
    job.readDataset(python('m:Read'), { inputs: [left] });
    job.writeDataset(python('m:Write'), { dataset: rows, inputs: [right] });
  });

  train.startWhen(all(finished(load), event({ key: 'new_rows', value: '1' }), datasetChanged(rows)));
  train.restartWhen(modelVersion('KNN', { event: 'MODEL_VALIDATED' }));
  // @ts-expect-error -- a field that events do not have
  train.startWhen(event({ key: 'new_rows', topic: 'x' }));
  // @ts-expect-error -- a value to compare with, and the condition that it only has to come
  train.startWhen(event({ key: 'new_rows', value: '1', valueCondition: 'UPDATED' }));
  // @ts-expect-error -- a life that events do not have
  train.startWhen(event({ key: 'new_rows', life: 'TWICE' }));
  // @ts-expect-error -- nothing that happens to models
  train.startWhen(modelVersion('KNN', { event: 'MODEL_EATEN' }));
  // @ts-expect-error -- a channel is no job
  train.startWhen(finished({ nodeId: 'node_1' }));
  // @ts-expect-error -- an action that there is not
  train.when(finished(load), 'PAUSE');

  workflow.schedule({ cron: '0 6 * * *', timezone: 'Europe/Paris' });
  train.schedule({ interval: '0,1,0,0' });
  // @ts-expect-error -- a schedule has a cron expression or an interval
  workflow.schedule({ every: '1h' });
  // @ts-expect-error -- one of them, not both
  workflow.schedule({ cron: '0 6 * * *', interval: '1h' });
  workflow.extractContext({ field: 'value', pointer: '/region' });
  // @ts-expect-error -- a field that events do not have
  workflow.extractContext({ field: 'body' });
});
`;

it('what is wrong in a definition is red in the editor, with the packages from their tarballs', async () => {
  await using project = await PackedProject.create({
    tarballs: inject('tarballs'),
    packages: ['@aiflow/core', '@aiflow/job-bash', '@aiflow/job-python', '@aiflow/process'],
    files: { 'workflows/types/types.ts': definition },
  });
  expect(await project.typecheck(['workflows/types/types.ts'])).toEqual({
    exitCode: 0,
    stdout: '',
    stderr: '',
  });
});
