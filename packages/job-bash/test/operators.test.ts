import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Dataset, JobBuilder } from '@aiflow/core';
import { describe, expect, test } from 'vitest';
import { bash } from '../src/index.ts';
import type { BashRunOptions } from './bash-run.ts';
import { withRun } from './with-run.ts';

const rows: Dataset = {
  name: 'rows',
  uri: 'resources/rows.txt',
  format: 'csv',
  schema: null,
  properties: {},
};
/** The variables about the node, sorted, in one line. */
const show = bash(
  `env | grep -E '^AIFLOW_(OPERATION|EXEC_MODE|DATASET|MODEL|BASE_MODEL)' | sort | paste -sd ' ' -`,
);
const files = { 'resources/rows.txt': 'from the project\n' };

/** The results of the nodes that a block draws, and where the datasets of a job lie. */
async function valuesOf(
  draw: (job: JobBuilder) => void,
  options: BashRunOptions = {},
): Promise<{
  readonly values: Readonly<Record<string, unknown>>;
  readonly shared: string;
  readonly project: string;
}> {
  let found: Awaited<ReturnType<typeof valuesOf>> | null = null;
  await withRun(draw, { files, ...options }, async (run) => {
    const { error, values } = await run.result();
    expect(error).toBeNull();
    found = { values, shared: run.env.executionDir, project: run.env.projectDir };
  });
  if (found === null) throw new Error('the job did not run');
  return found;
}

describe('the environment of a node says what it works on', () => {
  test('when it is the only one', async () => {
    const { values, project } = await valuesOf((job) => job.readDataset(show, { dataset: rows }));
    expect(values['node_1']).toBe(
      `AIFLOW_DATASET_FORMAT=csv AIFLOW_DATASET_NAME=rows AIFLOW_DATASET_URI=${project}/resources/rows.txt ` +
        'AIFLOW_EXEC_MODE=BATCH AIFLOW_OPERATION=read_dataset',
    );
  });

  test('when there are several, for each its own', async () => {
    const plain = { ...rows, name: 'plain', uri: 's3://bucket/plain', format: null };
    const { values, project, shared } = await valuesOf((job) => {
      job.readDataset(show, { dataset: rows, name: 'read' });
      job.readDataset(show, { dataset: plain, name: 'elsewhere' });
      job.writeDataset(show, { dataset: { ...rows, name: 'out', uri: 'out' }, inputs: [], name: 'write' });
      job.train(show, { inputs: [], model: 'penguins', baseModel: 'birds', name: 'train' });
      const versions = { modelVersion: '2', baseModelVersion: '1' };
      job.modelValidate(show, { inputs: [], model: 'penguins', ...versions, name: 'judge' });
      job.node(show, { name: 'node' });
    });
    const mode = 'AIFLOW_EXEC_MODE=BATCH';
    expect(values).toEqual({
      read: `AIFLOW_DATASET_FORMAT=csv AIFLOW_DATASET_NAME=rows AIFLOW_DATASET_URI=${project}/resources/rows.txt ${mode} AIFLOW_OPERATION=read_dataset`,
      elsewhere: `AIFLOW_DATASET_NAME=plain AIFLOW_DATASET_URI=s3://bucket/plain ${mode} AIFLOW_OPERATION=read_dataset`,
      write: `AIFLOW_DATASET_FORMAT=csv AIFLOW_DATASET_NAME=out AIFLOW_DATASET_URI=${shared}/out ${mode} AIFLOW_OPERATION=write_dataset`,
      train: `AIFLOW_BASE_MODEL_NAME=birds ${mode} AIFLOW_MODEL_NAME=penguins AIFLOW_OPERATION=train`,
      judge: `AIFLOW_BASE_MODEL_VERSION=1 ${mode} AIFLOW_MODEL_NAME=penguins AIFLOW_MODEL_VERSION=2 AIFLOW_OPERATION=model_validate`,
      node: `${mode} AIFLOW_OPERATION=user_define_operation`,
    });
  });

  test.each([1, 2])('and nothing of the job that started this one (%i nodes)', async (count) => {
    const environment = { AIFLOW_DATASET_URI: '/another', AIFLOW_MODEL_NAME: 'another' };
    const { values } = await valuesOf((job) => Array.from({ length: count }, () => job.node(show)), {
      environment,
    });
    expect(values['node_1']).toBe('AIFLOW_EXEC_MODE=BATCH AIFLOW_OPERATION=user_define_operation');
  });

  test('in the mode of the job', async () => {
    const { values } = await valuesOf((job) => job.node(show), { execMode: 'STREAM' });
    expect(values['node_1']).toBe('AIFLOW_EXEC_MODE=STREAM AIFLOW_OPERATION=user_define_operation');
  });
});

describe('a dataset', () => {
  test('that a node writes goes into the directory of the execution, which is made', async () => {
    const deep = { ...rows, uri: 'deep/er/rows' };
    const write = bash('echo written > "$AIFLOW_DATASET_URI"; echo "$AIFLOW_DATASET_URI"');
    await withRun(
      (job) => job.writeDataset(write, { dataset: deep, inputs: [] }),
      { files },
      async (run) => {
        const path = join(run.env.executionDir, deep.uri);
        expect(await run.result()).toMatchObject({ error: null, values: { node_1: path } });
        expect(readFileSync(path, 'utf8')).toBe('written\n');
      },
    );
  });

  test('that an earlier job wrote is read from there, and not from the project', async () => {
    await withRun(
      (job) => job.readDataset(bash('cat "$AIFLOW_DATASET_URI"'), { dataset: rows }),
      { files },
      async (run) => {
        const path = join(run.env.executionDir, rows.uri);
        mkdirSync(dirname(path));
        writeFileSync(path, 'from an earlier job\n');
        expect((await run.result()).values).toEqual({ node_1: 'from an earlier job' });
      },
    );
  });

  test('with a file: URI is given as a path, which commands understand', async () => {
    const { values } = await valuesOf((job) =>
      job.readDataset(bash('echo "$AIFLOW_DATASET_URI"'), {
        dataset: { ...rows, uri: 'file:///data/my%20rows' },
      }),
    );
    expect(values['node_1']).toBe('/data/my rows');
  });

  test.each([1, 2])(
    'with a secret in its URI is told to its node and to no file (%i nodes)',
    async (count) => {
      const command = bash(
        `[ "$AIFLOW_DATASET_URI" = "s3://open-"'sesame/\${x}' ]; env | grep -c 'ope[n]-sesame'; [ -z "$AIFLOW_SECRET_VARIABLES" ]`,
      );
      await withRun(
        (job) => {
          job.readDataset(command, { dataset: { ...rows, uri: 's3://${KEY}/$${x}' } });
          if (count === 2)
            job.node(
              bash('[ -z "$AIFLOW_DATASET_URI$AIFLOW_SECRET_VARIABLES" ]; env | { ! grep ope[n]-sesame; }'),
            );
        },
        { secrets: { KEY: 'open-sesame' } },
        async (run) => {
          expect(await run.result()).toMatchObject({ error: null, values: { node_1: '1' } });
          const written = readdirSync(run.env.stateDir, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
          expect(written.length).toBeGreaterThan(0);
          expect(written.join()).not.toContain('open-sesame');
        },
      );
    },
  );

  test.each([
    ['${WHERE}', 'path.outside'],
    ['${NO_SUCH}/rows.csv', 'secret.missing'],
    ['file://elsewhere/rows.csv', 'dataset.invalid_uri'],
  ])('with the URI %s, which leads nowhere, keeps the job from beginning', async (uri, code) => {
    await withRun(
      (job) => job.readDataset(bash('true'), { dataset: { ...rows, uri } }),
      { secrets: { WHERE: '../rows.csv' } },
      async (run) => {
        await expect(run.submit()).rejects.toMatchObject({ code });
        expect(await run.controller.findJob(run.job, run.env)).toBeNull();
      },
    );
  });
});
