import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';

const imports = `import { defineWorkflow, finished } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
import { python } from '@aiflow/job-python';
`;

const right = `${imports}
export default defineWorkflow('right', (workflow) => {
  const clean = workflow.job('clean', { type: 'bash', properties: { env: { RATE: '0.1' } } }, (job) => {
    job.node(bash('true'));
  });
  const train = workflow.job('train', { type: 'python', properties: { env: {} } }, (job) => {
    const [rows, labels] = job.node(python('penguins:Read'), { outputs: 2 });
    const model = job.node(python('penguins:Train', { rate: 0.1 }), { inputs: [rows, labels] });
    job.node(python('penguins:Save'), { inputs: [model], outputs: 0 });
  });
  train.startWhen(finished(clean));
});
`;

/** Each is a line of a workflow's block that must not compile. */
const wrong: Readonly<Record<string, string>> = {
  'a command that is no text': "workflow.job('a', (job) => void job.node(bash(42)));",
  'a processor config that is not plain JSON':
    "workflow.job('a', (job) => void job.node(python('m:C', { at: new Date() })));",
  'a property that the plugin does not have':
    "workflow.job('a', { type: 'bash', properties: { enviroment: {} } }, (job) => void job.node(bash('true')));",
  'a property of the wrong type':
    "workflow.job('a', { type: 'bash', properties: { env: { RATE: 0.1 } } }, (job) => void job.node(bash('true')));",
  'a processor of another plugin':
    "workflow.job('a', { type: 'bash' }, (job) => void job.node(python('m:C')));",
  'more channels than the node has':
    "workflow.job('a', (job) => { const [, , third] = job.node(python('m:C'), { outputs: 2 }); void third; });",
  'the channel of a node without one':
    "workflow.job('a', (job) => void job.node(bash('true'), { inputs: [job.node(bash('true'), { outputs: 0 })] }));",
  'all channels of a node as one':
    "workflow.job('a', (job) => void job.node(bash('true'), { inputs: [job.node(python('m:C'), { outputs: 2 })] }));",
  'a rule on the name of a job':
    "workflow.job('a', (job) => void job.node(bash('true'))).startWhen(finished('b'));",
};

describe('a definition in TypeScript', () => {
  let project: PackedProject;
  let redLines: ReadonlySet<number>;

  // One call of the compiler for all that is wrong; each has a line of its own.
  const linesBefore = imports.split('\n').length;
  const text = `${imports}defineWorkflow('wrong', (workflow) => {
${Object.values(wrong).join('\n')}
});
`;

  beforeAll(async () => {
    project = await PackedProject.create({
      tarballs: inject('tarballs'),
      packages: ['@aiflow/core', '@aiflow/job-bash', '@aiflow/job-python'],
      files: { 'right.ts': right, 'wrong.ts': text },
    });
    const { stdout } = await project.typecheck(['wrong.ts']);
    redLines = new Set([...stdout.matchAll(/^wrong\.ts\((\d+),/gm)].map(([, line]) => Number(line)));
  });

  afterAll(async () => {
    await project[Symbol.asyncDispose]();
  });

  it('compiles when it is right', async () => {
    expect(await project.typecheck(['right.ts'])).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });

  it.each(Object.keys(wrong).map((what, index) => [what, linesBefore + 1 + index] as const))(
    'does not compile with %s',
    (_what, line) => {
      expect([...redLines]).toContain(line);
    },
  );
});
