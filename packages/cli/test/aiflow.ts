import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa, execaSync } from 'execa';
import { expect } from 'vitest';

export const bin: string = join(import.meta.dirname, '../dist/bin.js');

/** What a call of the command came to: one that fails is a result, not an exception. */
export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** A call that goes on. */
export interface Running {
  kill(signal: NodeJS.Signals): void;
  /** What it has written to stderr up to now. */
  told(): string;
  readonly ended: Promise<Ended>;
}

function ended(child: { exitCode?: number | undefined; stdout: string; stderr: string }): Ended {
  return { exitCode: child.exitCode, stdout: child.stdout, stderr: child.stderr };
}

/** A project in a new directory, on which the built command is called as a user would. */
export class TestProject implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(files: Readonly<Record<string, string>> = {}): Promise<TestProject> {
    const project = new TestProject(await realpath(await mkdtemp(join(tmpdir(), 'aiflow cli '))));
    await project.write({ 'project.yaml': 'project_name: test\n', ...files });
    return project;
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const full = join(this.directory, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, text);
    }
  }

  /** Calls the command in the project's directory and waits for its end. */
  async aiflow(...args: readonly string[]): Promise<Ended> {
    return this.spawn(args).ended;
  }

  /** Starts the command in the project's directory. */
  spawn(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
    const child = execa(process.execPath, [bin, ...args], {
      cwd: this.directory,
      env: { NO_COLOR: '1', ...environment },
      reject: false,
    });
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
    return { kill: (signal) => child.kill(signal), told: () => told, ended: child.then(ended) };
  }

  /** Runs a shell text in a name space where this user is root and may mount; `$AIFLOW` is the command. */
  async inNameSpace(script: string): Promise<Ended> {
    const child = await execa('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], {
      cwd: this.directory,
      env: { NO_COLOR: '1', AIFLOW: `${process.execPath} ${bin}` },
      reject: false,
    });
    return ended(child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What a test made read-only in the store must not keep its directory.
    await execa('chmod', ['-R', 'u+rwX', this.directory], { reject: false });
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** A workflow of bash jobs that start one after the other. */
export function chain(name: string, commands: Readonly<Record<string, string>>): Record<string, string> {
  const jobs = Object.entries(commands).map(
    ([job, command], index, all) => `
  const ${job} = workflow.job('${job}', (job) => { job.node(bash(${JSON.stringify(command)})); });
  ${index > 0 ? `${job}.startWhen(finished(${all[index - 1]?.[0] ?? ''}));` : ''}`,
  );
  return {
    [`workflows/${name}/${name}.ts`]: `import { defineWorkflow, finished } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
export default defineWorkflow('${name}', (workflow) => {${jobs.join('')}
});
`,
  };
}

export interface RunJson {
  readonly workflow_execution_id: string;
  readonly status: string;
  readonly snapshot_id: string;
  readonly jobs: readonly {
    readonly job_name: string;
    readonly status: string;
    readonly reason: string | null;
    readonly start_date: string | null;
    readonly end_date: string | null;
    readonly log_dir: string | null;
    readonly values: Readonly<Record<string, unknown>>;
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly context: Record<string, unknown>;
    } | null;
  }[];
}

export function runJson(ended: Ended): RunJson {
  return JSON.parse(ended.stdout) as RunJson;
}

/** Every problem is one line that begins with `error: `; nothing is on stdout. */
export function expectErrors(ended: Ended, ...patterns: readonly (string | RegExp)[]): void {
  const lines = ended.stderr.split('\n').filter((line) => line !== '');
  expect(lines.map((line) => line.slice(0, 7))).toEqual(patterns.map(() => 'error: '));
  for (const [index, pattern] of patterns.entries()) expect(lines[index]).toMatch(pattern);
  expect(ended.stdout).toBe('');
  expect(ended.exitCode).toBe(2);
}

/** Calls the command with its stdout in a pipe to a shell text; the exit code is the command's, or else the text's. */
export async function piped(project: TestProject, call: string, reader: string): Promise<object> {
  const script = `set -o pipefail; "$NODE" "$BIN" ${call} | { ${reader}; }`;
  const { exitCode, stdout, stderr } = await execa('bash', ['-c', script], {
    cwd: project.directory,
    env: { NODE: process.execPath, BIN: bin, DONE: `${project.directory}/.aiflow/done` },
    reject: false,
  });
  return { exitCode, stdout, stderr };
}

/** Whether name spaces can be made here, as `inNameSpace` does. */
export function mayMount(): boolean {
  return (
    execaSync('unshare', ['--user', '--map-root-user', '--mount', 'true'], { reject: false }).exitCode === 0
  );
}
