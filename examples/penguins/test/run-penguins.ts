import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The part of `-o json` that the tests look at. */
interface RunOutput {
  readonly workflow_execution_id: string;
  readonly status: string;
  readonly jobs: readonly JobOutput[];
}

interface JobOutput {
  readonly job_name: string;
  readonly status: string;
  readonly start_date: string | null;
  readonly log_dir: string | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface PenguinsRun {
  readonly exitCode: number;
  readonly output: RunOutput;
  /** The job's output, as its log file has it. */
  readonly logOf: (jobName: string, file?: 'stdout.log' | 'stderr.log') => string;
  readonly job: (jobName: string) => JobOutput;
  /** A file that the jobs left for each other. */
  readonly fileOf: (name: string) => string;
}

const project = fileURLToPath(new URL('..', import.meta.url));
const command = join(project, 'node_modules/@aiflow/cli/dist/bin.js');

/** Runs a copy of the project as a user would; `damage` changes its data before. */
export async function runPenguins(damage: (text: string) => string = (text) => text): Promise<PenguinsRun> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-penguins-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const copy = join(directory, 'penguins');
  cpSync(project, copy, {
    recursive: true,
    filter: (path) => !['node_modules', '.aiflow'].includes(basename(path)),
  });
  symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
  const data = join(copy, 'resources/penguins.json');
  writeFileSync(data, damage(readFileSync(data, 'utf8')));

  const { exitCode, stdout } = await execute(
    [command, 'run', 'penguins', '--project', copy, '-o', 'json'],
    copy,
  );
  const output = JSON.parse(stdout) as RunOutput;
  const job = (jobName: string): JobOutput => {
    const found = output.jobs.find(({ job_name }) => job_name === jobName);
    if (found === undefined) throw new Error(`no job "${jobName}" in ${stdout}`);
    return found;
  };
  const execution = join(copy, '.aiflow/executions', output.workflow_execution_id);
  return {
    exitCode,
    output,
    job,
    logOf: (jobName, file = 'stdout.log') => readFileSync(join(String(job(jobName).log_dir), file), 'utf8'),
    fileOf: (name) => readFileSync(join(execution, 'shared', name), 'utf8'),
  };
}

function execute(
  args: readonly string[],
  cwd: string,
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, AIFLOW_HOME: '' };
    execFile(process.execPath, args, { cwd, env, timeout: 55_000 }, (error, stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, stdout });
      else if (typeof error.code === 'number' && stdout !== '') resolve({ exitCode: error.code, stdout });
      else reject(new Error(`aiflow ended without a result: ${stderr}`, { cause: error }));
    });
  });
}
