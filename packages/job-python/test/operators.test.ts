import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, JobBuilder } from '@aiflow/core';
import { describe, expect, test } from 'vitest';
import { python } from '../src/index.ts';
import { prepareJob, runJob } from './job-run.ts';

const rows: Dataset = {
  name: 'rows',
  uri: 'resources/rows.txt',
  format: 'csv',
  schema: [
    { name: 'species', type: 'STRING' },
    { name: 'mass', type: 'FLOAT64' },
  ],
  properties: { owner: 'zoo' },
};
const node = (body: string, name = 'Node'): string =>
  `class ${name}:\n  def process(self, context, inputs):\n    ${body}\n`;
const reads = (dataset: Dataset) => (job: JobBuilder) =>
  job.readDataset(python('nodes:Node'), { dataset, name: 'node' });
const valueOf = (result: { readonly values: Readonly<Record<string, unknown>> }): unknown =>
  result.values['node'];

describe('what a node works on', () => {
  test('is in its context: the operator, the dataset, the models and their versions', async () => {
    const shown = `d, m, b = context.dataset, context.model, context.base_model
    return [context.operation, d and [d.name, d.uri, d.format, [[c.name, c.type] for c in d.schema], d.properties],
            m and list(m), context.model_version, b and list(b), context.base_model_version]`;
    const model = { name: 'penguins', type: 'softmax', properties: { classes: 3 } };
    const { result } = await runJob({
      source: node(shown),
      draw: (job) => {
        const processor = python('nodes:Node');
        const read = job.readDataset(processor, { dataset: rows, name: 'read' });
        job.train(processor, { inputs: [read], model, baseModel: 'birds', name: 'train' });
        const versions = { modelVersion: '2', baseModelVersion: '1' };
        job.modelValidate(processor, { inputs: [read], model: 'penguins', ...versions, name: 'judge' });
        job.node(processor, { name: 'plain' });
      },
    });
    const schema = [
      ['species', 'STRING'],
      ['mass', 'FLOAT64'],
    ];
    expect(result.error).toBeNull();
    expect(result.values).toEqual({
      read: [
        'read_dataset',
        ['rows', 'resources/rows.txt', 'csv', schema, { owner: 'zoo' }],
        ...[null, null, null, null],
      ],
      train: ['train', null, ['penguins', 'softmax', { classes: 3 }], null, ['birds', null, {}], null],
      judge: ['model_validate', null, ['penguins', null, {}], '2', null, '1'],
      plain: ['user_define_operation', null, null, null, null, null],
    });
  });

  test.each([undefined, 'STREAM'] as const)('is done in the mode of the job: %s', async (execMode) => {
    const { result } = await runJob({
      source: node('return context.exec_mode'),
      ...(execMode && { execMode }),
    });
    expect(valueOf(result)).toBe(execMode ?? 'BATCH');
  });
});

describe('a dataset', () => {
  test('of the project is read by its own format, whatever its file is called', async () => {
    const { result } = await runJob({
      source: node('return [context.read_dataset(context.dataset), str(context.dataset.path)]'),
      draw: reads(rows),
      files: { 'resources/rows.txt': 'species,mass\nAdelie,3750\n' },
    });
    expect(valueOf(result)).toEqual([
      [{ species: 'Adelie', mass: '3750' }],
      expect.stringMatching(/\/project\/resources\/rows\.txt$/),
    ]);
  });

  test('that a node writes lies in the directory of the execution, where the nodes after it find it', async () => {
    const { result, env } = await runJob({
      source:
        node('return str(context.write_dataset(context.dataset, [{"mass": 1}]))', 'Write') +
        node('return [context.read_dataset(context.dataset), str(context.dataset.path)]', 'Read') +
        node('context.dataset.path.write_text("a"); return str(context.dataset.path)', 'WriteByPath'),
      draw: (job) => {
        const deep = { ...rows, name: 'deep', uri: 'deep/er/rows.txt' };
        // A node that writes has no channel: the order is that of two values which nobody needs.
        job.writeDataset(python('nodes:Write'), { dataset: rows, inputs: [], name: 'write' });
        job.writeDataset(python('nodes:WriteByPath'), { dataset: deep, inputs: [], name: 'deep' });
        job.readDataset(python('nodes:Read'), { dataset: rows, name: 'read' });
      },
      files: { 'resources/rows.txt': 'species,mass\nAdelie,3750\n' },
    });
    const path = join(env.executionDir, 'resources/rows.txt');
    expect(result.error).toBeNull();
    expect(result.values).toEqual({
      write: path,
      deep: join(env.executionDir, 'deep/er/rows.txt'),
      read: [[{ mass: '1' }], path],
    });
    expect(readFileSync(path, 'utf8')).toBe('mass\n1\n');
  });

  test('elsewhere is known by its URI, and has no path', async () => {
    const { result } = await runJob({
      source: node('print(context.dataset.uri); return str(context.dataset.path)'),
      draw: reads({ ...rows, uri: 's3://bucket/rows.csv' }),
    });
    expect(result.error?.message).toContain(
      "a dataset is a path or a file:///… URI on this machine, not 's3://bucket/rows.csv'",
    );
  });

  test('that is not there is told by its name and the places that were looked at', async () => {
    const { result, env } = await runJob({
      source: node('context.read_dataset(context.dataset)'),
      draw: reads(rows),
    });
    const places = [env.executionDir, env.projectDir].map((place) => join(place, rows.uri)).join(' and ');
    expect(result.error?.message).toContain(`there is no dataset rows: looked for ${places}`);
  });

  test('of a node that was given none is a mistake that says what to write', async () => {
    const { result } = await runJob({ source: node('context.read_dataset(context.dataset)') });
    expect(result.error?.message).toContain(
      'give it one in the definition, as job.readDataset(…, { dataset })',
    );
  });

  test('with a secret in its URI gets it through the environment: no file and no child process has it', async () => {
    // The project's own files do not spell it out either: they are found through the links in the working directory.
    const { result, env, handle } = await runJob({
      source: `import subprocess\n${node(
        `return [context.dataset.uri == "s3://open-" + "sesa" + "me/\${x}", "sesa" + "me" in subprocess.getoutput("env")]`,
      )}`,
      draw: reads({ ...rows, uri: 's3://${KEY}/$${x}' }),
      secrets: { KEY: 'open-sesame' },
    });
    expect(result.error).toBeNull();
    expect(valueOf(result)).toEqual([true, false]);
    expect(JSON.stringify(handle)).not.toContain('sesame');
    const written = readdirSync(env.stateDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(written.join()).toContain('s3://${KEY}/');
    expect(written.join()).not.toContain('sesame');
  });

  test.each([
    ['${WHERE}', 'path.outside'],
    ['${NO_SUCH}/rows.csv', 'secret.missing'],
    ['file://elsewhere/rows.csv', 'dataset.invalid_uri'],
  ])('with the URI %s, which leads nowhere, keeps the job from beginning', async (uri, code) => {
    const { controller, job, env } = await prepareJob({
      source: node('pass'),
      draw: reads({ ...rows, uri }),
      secrets: { WHERE: '../rows.csv' },
    });
    await expect(controller.submitJob(job, env)).rejects.toMatchObject({ code });
    expect(await controller.findJob(job, env)).toBeNull();
  });
});
