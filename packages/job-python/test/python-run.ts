import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobResult, JsonObject } from '@aiflow/core';
import { onTestFinished } from 'vitest';
import type { PlannedNode } from '../src/plan.ts';

/** The Python side alone, run by a real Python (`AIFLOW_TEST_PYTHON` names another one) without the controller. */
const pythonExecutable = process.env['AIFLOW_TEST_PYTHON'] ?? 'python3';
const pythonDirectory = fileURLToPath(new URL('../python', import.meta.url));

export interface PythonRun {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What the result file says; null when there is none. */
  readonly result: JobResult | null;
  readonly directory: string;
  readonly events: readonly JsonObject[];
}

/** A node of a test: its class in `workflows/w/nodes.py`, unless `module` or `file` say otherwise. */
export interface TestNode {
  readonly id: string;
  readonly class?: string;
  readonly module?: string;
  readonly file?: string;
  readonly config?: JsonObject;
  readonly outputs?: number;
  /** `'node'` or `'node:port'`. */
  readonly inputs?: readonly string[];
}

function plannedNode(node: TestNode): PlannedNode {
  const inputs = (node.inputs ?? []).map((input) => {
    const [source = '', port = '0'] = input.split(':');
    return { node: source, port: Number(port) };
  });
  const place = node.file === undefined ? { module: node.module ?? 'nodes' } : { file: node.file };
  return {
    id: node.id,
    class: node.class ?? 'Node',
    config: node.config ?? {},
    outputs: node.outputs ?? 1,
    operation: 'user_define_operation',
    works_on: {},
    inputs,
    ...place,
  };
}

/** Writes the files of a project below a new directory that the test removes, and gives the directory. */
function temporaryProject(files: Readonly<Record<string, string>>): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-python-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  for (const name of ['execution', 'outbox', 'logs', 'work', 'workflows/w', 'dependencies/python']) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return directory;
}

/** Runs nodes whose Python is the text of `workflows/w/nodes.py`. */
export async function runNodes(
  source: string,
  nodes: readonly TestNode[],
  options: { readonly files?: Readonly<Record<string, string>>; readonly executable?: string } = {},
): Promise<PythonRun> {
  const directory = temporaryProject({ 'workflows/w/nodes.py': source, ...options.files });
  const module_path = [join(directory, 'workflows/w'), join(directory, 'dependencies/python')];
  const request = {
    nodes: nodes.map(plannedNode),
    dataset_locations: {},
    facts: {
      project_name: 'p',
      workflow_name: 'w',
      job_name: 'j',
      exec_mode: 'BATCH',
      workflow_execution_id: 'e1',
      attempt_id: 'a1',
      attempt_number: 2,
      execution_context: null,
      parameters: { day: 'monday' },
      project_dir: directory,
      working_dir: join(directory, 'work'),
      execution_dir: join(directory, 'execution'),
      log_dir: join(directory, 'logs'),
      outbox_dir: join(directory, 'outbox'),
    },
    module_path,
    result_file: join(directory, 'result.json'),
    progress_file: join(directory, 'progress'),
  };
  writeFileSync(join(directory, 'request.json'), JSON.stringify(request));
  const ended = await execute(
    options.executable ?? pythonExecutable,
    [pythonDirectory, join(directory, 'request.json')],
    {
      cwd: join(directory, 'work'),
      env: {
        ...process.env,
        PYTHONPATH: [pythonDirectory, ...module_path].join(':'),
        PYTHONPYCACHEPREFIX: join(tmpdir(), 'aiflow-python-test-cache'),
      },
    },
  );
  const outbox = join(directory, 'outbox');
  const events = readdirSync(outbox)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(outbox, name), 'utf8')) as JsonObject);
  return { ...ended, directory, events, result: readResult(join(directory, 'result.json')) };
}

function readResult(path: string): JobResult | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JobResult;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

function execute(
  file: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Pick<PythonRun, 'exitCode' | 'signal' | 'stdout' | 'stderr'>> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...options, timeout: 50_000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, signal: null, stdout, stderr });
      else if (typeof error.code === 'string') reject(new Error(`cannot run ${file}`, { cause: error }));
      else resolve({ exitCode: error.code ?? null, signal: error.signal ?? null, stdout, stderr });
    });
  });
}
