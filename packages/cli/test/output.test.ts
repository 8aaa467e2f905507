import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { TestProject, bin, chain } from './aiflow.ts';

const jobs = 10_000;
const large = {
  'workflows/large/large.ts': `import { defineWorkflow } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
export default defineWorkflow('large', (workflow) => {
  for (let at = 0; at < ${jobs}; at += 1) workflow.job(\`job_\${at}\`, (job) => void job.node(bash('true')));
});
`,
};

describe('what aiflow prints into a pipe', () => {
  it('arrives whole, however slowly it is read', async () => {
    await using project = await TestProject.create(large);
    // The pipe is full long before anybody reads from it.
    const read = await piped(project, 'workflow show large', 'sleep 2; grep -c ^job_');
    expect(read).toEqual({ exitCode: 0, stdout: String(jobs), stderr: '' });
  });

  it('may find no reader any more: then the run goes on, and says nothing', async () => {
    await using project = await TestProject.create(chain('w', { first: 'true', second: 'touch "$DONE"' }));
    const read = await piped(project, 'run w', 'exec 0<&-; until test -e "$DONE"; do sleep 0.1; done');
    expect(read).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});

/** Calls the command with its stdout in a pipe to a shell text; the exit code is the command's, or else the text's. */
async function piped(project: TestProject, call: string, reader: string): Promise<object> {
  const script = `set -o pipefail; "$NODE" "$BIN" ${call} | { ${reader}; }`;
  const { exitCode, stdout, stderr } = await execa('bash', ['-c', script], {
    cwd: project.directory,
    env: { NODE: process.execPath, BIN: bin, DONE: `${project.directory}/.aiflow/done` },
    reject: false,
  });
  return { exitCode, stdout, stderr };
}
