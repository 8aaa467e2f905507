import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestProject, chain, runJson } from './aiflow.ts';

describe('aiflow run', () => {
  it('runs jobs in their order and shows each with its state and duration', async () => {
    await using project = await TestProject.create(chain('w', { first: 'echo one', second: 'echo two' }));
    const ended = await project.aiflow('run', 'w');
    expect(ended.stderr).toBe('');
    expect(ended.exitCode).toBe(0);
    const lines = ended.stdout.split('\n').map((line) => line.replaceAll(/\d+\.\d s/g, 'N s'));
    expect(lines.slice(0, 4)).toEqual([
      '▸ first   RUNNING',
      '✓ first   FINISHED  N s',
      '▸ second  RUNNING',
      '✓ second  FINISHED  N s',
    ]);
    expect(lines.slice(4, 8)).toEqual(['', 'second:', '  | two', '']);
    expect(lines[8]).toMatch(/^w FINISHED in N s \(\S+\)$/);
  });

  it('puts one empty line between what the last jobs have printed', async () => {
    await using project = await TestProject.create({
      'workflows/w/w.ts': `import { defineWorkflow } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
export default defineWorkflow('w', (workflow) => {
  for (const name of ['left', 'right']) workflow.job(name, (job) => void job.node(bash(\`echo \${name}\`)));
});
`,
    });
    const { stdout } = await project.aiflow('run', 'w');
    expect(stdout.split('\n').slice(4, -1)).toEqual(['', 'left:', '  | left', '', 'right:', '  | right', '']);
  });

  it('prints one JSON object and nothing else on stdout with -o json', async () => {
    await using project = await TestProject.create(
      chain('w', { first: 'echo one; echo warn >&2', second: 'echo two' }),
    );
    await project.write({ 'workflows/w/w.yaml': 'first:\n  job_type: bash\n' });
    const ended = await project.aiflow('run', 'w', '-o', 'json');
    const run = runJson(ended);
    expect(run).toMatchObject({ status: 'FINISHED', project_name: 'test', workflow_name: 'w' });
    expect(run.jobs.map((job) => [job.job_name, job.status, job.values])).toEqual([
      ['first', 'FINISHED', { node_1: 'one' }],
      ['second', 'FINISHED', { node_1: 'two' }],
    ]);
    for (const job of run.jobs) {
      expect(Date.parse(job.end_date ?? '')).toBeGreaterThanOrEqual(Date.parse(job.start_date ?? ''));
      expect(readdirSync(job.log_dir ?? '')).toContain('stdout.log');
    }
    expect(readFileSync(join(run.jobs[0]?.log_dir ?? '', 'stderr.log'), 'utf8')).toBe('warn\n');
  });

  it('shows why a job failed with the end of its log, and does not start the jobs behind it', async () => {
    await using project = await TestProject.create(
      chain('w', { bad: 'echo "no such table" >&2; exit 3', after: 'true' }),
    );
    const ended = await project.aiflow('run', 'w');
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toContain('✗ bad    FAILED');
    expect(ended.stdout).toMatch(/bad failed: .*3/);
    expect(ended.stdout).toContain('  | no such table');
    expect(ended.stdout).toMatch(/ {2}log: \S.*stderr\.log/);
    expect(ended.stdout).toContain('not started: after');
    expect(runJson(await project.aiflow('run', 'w', '-o', 'json')).jobs[1]).toMatchObject({
      status: 'INIT',
      reason: 'upstream_failed',
      start_date: null,
    });
  });

  it('leaves no process behind when it is interrupted, and exits with 130', async () => {
    await using project = await TestProject.create(
      chain('w', { long: 'echo $$ > "$AIFLOW_EXECUTION_DIR/pid"; sleep 987 & wait' }),
    );
    const run = project.spawn(['run', 'w']);
    const pid = await waitForPid(project.directory);
    run.kill('SIGINT');
    const ended = await run.ended;
    expect(ended.exitCode).toBe(130);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(ended.stdout).toContain('KILLED');
  });

  it('refuses a second run beside it in one line, and takes up what a killed one left running', async () => {
    await using project = await TestProject.create(
      chain('w', {
        long: 'echo $$ > "$AIFLOW_EXECUTION_DIR/pid"; until [ -e "$AIFLOW_EXECUTION_DIR/go" ]; do sleep 0.05; done',
      }),
    );
    await project.write(chain('other', { quick: 'true' }));
    const run = project.spawn(['run', 'w']);
    const pid = await waitForPid(project.directory);
    const refused = await project.aiflow('run', 'other');
    expect(refused.stderr).toMatch(/^error: .*scheduler\.db.*$/);
    expect(refused.exitCode).toBe(2);
    run.kill('SIGKILL');
    await run.ended;
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    const [execution = ''] = readdirSync(join(project.directory, '.aiflow/executions')).sort();
    const other = await project.aiflow('run', 'other');
    expect(other.exitCode).toBe(0);
    expect(other.stderr.split('\n')).toEqual([
      `taking up 1 execution of an earlier run: ${execution} (workflow w, 1 job under way); what does not end by ` +
        `itself is ended by "aiflow workflow stop-execution ${execution}" when this run is over`,
      expect.stringMatching(`^1 execution of an earlier run not ended: ${execution} .*goes on`),
    ]);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    writeFileSync(join(project.directory, '.aiflow/executions', execution, 'shared/go'), '');
    await waitFor(() => !existsSync(`/proc/${pid}`), 'the end of the job');
  });

  it('takes the context of an execution to its jobs', async () => {
    await using project = await TestProject.create(
      chain('w', { show: 'echo "$WORKFLOW_EXECUTION_CONTEXT"' }),
    );
    const run = runJson(await project.aiflow('run', 'w', '--context', 'eu west', '-o', 'json'));
    expect(run.jobs[0]?.values).toEqual({ node_1: 'eu west' });
  });

  it('stores an unchanged project once', async () => {
    await using project = await TestProject.create(chain('w', { a: 'true' }));
    const first = runJson(await project.aiflow('run', 'w', '-o', 'json'));
    const second = runJson(await project.aiflow('run', 'w', '-o', 'json'));
    expect(second.snapshot_id).toBe(first.snapshot_id);
    expect(second.workflow_execution_id).not.toBe(first.workflow_execution_id);
    await project.write({ 'resources/new.txt': 'new' });
    expect(runJson(await project.aiflow('run', 'w', '-o', 'json')).snapshot_id).not.toBe(first.snapshot_id);
  });

  it('leaves its own state out of snapshots, wherever that lies', async () => {
    await using project = await TestProject.create(chain('w', { a: 'true' }));
    const home = { AIFLOW_HOME: join(project.directory, 'resources/state') };
    const first = runJson(await project.spawn(['run', 'w', '-o', 'json'], home).ended);
    const second = runJson(await project.spawn(['run', 'w', '-o', 'json'], home).ended);
    expect(second.snapshot_id).toBe(first.snapshot_id);
  });

  it('counts instead of listing where there are many jobs', async () => {
    await using project = await TestProject.create();
    await project.write({
      'workflows/w/w.ts': `import { defineWorkflow } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
export default defineWorkflow('w', (workflow) => {
  for (let i = 0; i < 60; i++) workflow.job('job-' + i, (job) => { job.node(bash(i === 7 ? 'exit 1' : 'true')); });
});`,
    });
    const ended = await project.aiflow('run', 'w');
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toContain('✗ job-7');
    expect(ended.stdout).not.toContain('✓');
  });
});

async function waitForPid(directory: string): Promise<string> {
  const executions = join(directory, '.aiflow/executions');
  return waitFor(() => {
    const [execution] = existsSync(executions) ? readdirSync(executions) : [];
    const file = join(executions, execution ?? '-', 'shared/pid');
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  }, 'the start of the job');
}

async function waitFor<T>(ask: () => T, what: string): Promise<T> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const answer = ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${what} did not come within 20 s`);
}
