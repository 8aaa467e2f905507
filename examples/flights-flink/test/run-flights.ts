import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FlinkCluster } from '@aiflow-private/engines';
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
  readonly log_dir: string | null;
  readonly values: Readonly<Record<string, unknown>>;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface FlightsRun {
  readonly exitCode: number;
  readonly output: RunOutput;
  readonly job: (jobName: string) => JobOutput;
  readonly logOf: (jobName: string) => string;
}

const project = fileURLToPath(new URL('..', import.meta.url));
const command = join(project, 'node_modules/@aiflow/cli/dist/bin.js');

/** The flights, as vega-datasets publishes them. */
export const flights: string = fileURLToPath(
  new URL('../node_modules/vega-datasets/data/flights-200k.json', import.meta.url),
);

/** Runs a copy of the project as a user would, on a cluster. */
export async function runFlights(cluster: FlinkCluster): Promise<FlightsRun> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-flights-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(project, directory, {
    recursive: true,
    filter: (path) => !['node_modules', '.aiflow', 'dependencies', 'test'].includes(basename(path)),
  });
  symlinkSync(join(project, 'node_modules'), join(directory, 'node_modules'));
  const settings = join(directory, 'workflows/flights/flights.yaml');
  writeFileSync(
    settings,
    readFileSync(settings, 'utf8')
      .replaceAll('http://localhost:8081', cluster.url)
      .replaceAll('http://localhost:8083', cluster.gatewayUrl),
  );
  const env = { ...process.env, ...cluster.environment, FLIGHTS: flights };
  execFileSync('sh', ['java/build.sh'], { cwd: directory, env });
  const { exitCode, stdout } = await run([command, 'run', 'flights', '-o', 'json'], { cwd: directory, env });
  const output = JSON.parse(stdout) as RunOutput;
  const job = (jobName: string): JobOutput => {
    const found = output.jobs.find(({ job_name }) => job_name === jobName);
    if (found === undefined) throw new Error(`the run has no job ${jobName}`);
    return found;
  };
  const logOf = (jobName: string): string =>
    readFileSync(join(job(jobName).log_dir ?? '', 'stdout.log'), 'utf8');
  return { exitCode, output, job, logOf };
}

async function run(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  return await new Promise((resolve) => {
    execFile(process.execPath, args, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout });
    });
  });
}
