import { existsSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { TestProject, bin, chain, piped } from './aiflow.ts';

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

  it('holds one JSON object, whatever a plugin prints when it is imported', async () => {
    await using project = await TestProject.create(chain('w', { a: 'true' }));
    await project.write({
      'project.yaml': 'project_name: test\nplugins: ["./plugins/loud.ts"]\n',
      'plugins/loud.ts': 'console.log("hello from a plugin");',
    });
    const ended = await project.aiflow('run', 'w', '-o', 'json');
    expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'FINISHED' });
    expect(ended.stderr).toContain('hello from a plugin');
  });

  it('stops what a plugin breaks from behind, and leaves no process', async () => {
    await using project = await TestProject.create(chain('w', { long: 'sleep 100' }));
    await project.write({
      'project.yaml': 'project_name: test\nplugins: ["./plugins/late.ts"]\n',
      'plugins/late.ts': 'setTimeout(() => { throw new Error("late"); }, 1500);',
    });
    const ended = await project.aiflow('run', 'w');
    expect(ended.stderr).toContain('error: late');
    expect(ended.stdout).toContain('KILLED');
    expect(ended.exitCode).toBe(1);
  });

  it('may find a full disk: then the run goes on, and that is said at its end', async () => {
    await using project = await TestProject.create(chain('w', { first: 'true', second: 'touch "$DONE"' }));
    const done = `${project.directory}/done`;
    const { exitCode, stderr } = await execa('bash', ['-c', '"$NODE" "$BIN" run w >/dev/full'], {
      cwd: project.directory,
      env: { NODE: process.execPath, BIN: bin, DONE: done },
      reject: false,
    });
    expect(stderr).toMatch(/^error: not all output could be written: .*ENOSPC.*$/);
    expect(exitCode).toBe(1);
    expect(existsSync(done)).toBe(true);
  });

  it('may find its terminal closed: then all is stopped', async () => {
    await using project = await TestProject.create(chain('w', { long: 'echo $$ > "$PID"; sleep 100' }));
    const pidFile = `${project.directory}/pid`;
    // A terminal of our own, which is closed as soon as the job runs.
    const script = `
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
while not (os.path.exists(os.environ["PID"]) and os.path.getsize(os.environ["PID"])): time.sleep(0.02)
os.close(terminal)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))`;
    const { stdout } = await execa('python3', ['-c', script, process.execPath, bin, 'run', 'w'], {
      cwd: project.directory,
      env: { PID: pidFile },
    });
    expect(stdout).toBe('143');
    expect(existsSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}`)).toBe(false);
  });

  it('may find no reader any more: then the run goes on, and says nothing', async () => {
    await using project = await TestProject.create(chain('w', { first: 'true', second: 'touch "$DONE"' }));
    const read = await piped(project, 'run w', 'exec 0<&-; until test -e "$DONE"; do sleep 0.1; done');
    expect(read).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  });
});
