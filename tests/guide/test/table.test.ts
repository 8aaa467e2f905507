import { join } from 'node:path';
import { buildWorkflow, loadDefinition, openProject } from '@aiflow/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuideProject } from '../src/guide-project.ts';
import { readPage, tableOf } from '../src/markdown.ts';
import type { Built } from './python-rows.ts';
import { pythonRows } from './python-rows.ts';
import { yamlRows } from './yaml-rows.ts';

const page = readPage('define-a-workflow.md');
let project: GuideProject;

beforeAll(async () => {
  project = await GuideProject.create();
  await project.write('project.yaml', 'project_name: table\n');
});
afterAll(async () => {
  await project[Symbol.asyncDispose]();
});

/** Builds a workflow of which these are the definition and the YAML. */
async function build(name: string, definition: string, yaml: string): Promise<Built> {
  await project.write(`workflows/${name}/${name}.ts`, definition);
  await project.write(`workflows/${name}/${name}.yaml`, yaml);
  const opened = await openProject(project.directory);
  const { projectDir } = opened;
  return {
    graph: await loadDefinition({ projectDir, workflowName: name }),
    workflow: await buildWorkflow(opened, name, join(projectDir, 'overlay', name)),
  };
}

describe("the table of AIFlow's Python", () => {
  const rows = tableOf(page, "From AIFlow's Python").map(([, here = '']) => here);

  it('has a test for each row', () => {
    expect(rows).toEqual(pythonRows.map((row) => row.here));
  });

  it.each(pythonRows.map((row, index) => [row.here, row, index] as const))('%s', async (_, row, index) => {
    const name = `row_${index}`;
    expect(row.read(await build(name, scaffold(name, row.here), ''))).toEqual(row.gives);
  });

  it('is well typed', async () => {
    const files = pythonRows.map(
      (row, index) => [`rows/row_${index}.ts`, scaffold(`row_${index}`, row.here)] as const,
    );
    for (const [path, text] of files) await project.write(path, text);
    expect(await project.typecheck(files.map(([path]) => path))).toBe('');
  });
});

describe("the table of AIFlow's YAML", () => {
  const rows = tableOf(page, "From AIFlow's YAML").map(([yaml = '']) => yaml);

  it('has a test for each row', () => {
    expect(rows).toEqual(yamlRows.map((row) => row.yaml));
  });

  it.each(yamlRows.map((row, index) => [row.yaml, row, index] as const))('%s', async (_, row, index) => {
    const name = `yaml_${index}`;
    expect(row.read(await build(name, scaffold(name, ''), row.yaml))).toEqual(row.gives);
  });
});

/** A workflow with what the rows speak of; a row about nodes stands in a job, any other in the workflow. */
function scaffold(name: string, row: string): string {
  const inJob = row.startsWith('job.') ? row : '';
  const inWorkflow = row.startsWith('job.') ? '' : row;
  return `import * as core from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
import { python } from '@aiflow/job-python';

const { all, any, dataset, datasetChanged, event, failed, finished, killed, model, modelVersion, running, sufficientOrNecessary } = core;
const step = python('module:Class');
const iris = dataset({ name: 'iris', uri: 'resources/iris.csv' });

export default core.defineWorkflow('${name}', (workflow) => {
  const a = workflow.job('a', (job) => void job.node(step));
  const b = workflow.job('b', (job) => void job.node(step));
  workflow.job('row', (job) => {
    ${row.includes('bash(') ? '' : 'const rows = job.node(step);'}
    ${inJob};
  });
  ${inWorkflow};
  void [a, b, all, any, datasetChanged, event, failed, finished, killed, model, modelVersion, running, sufficientOrNecessary, iris, bash, step];
});
`;
}
