import { access, chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobResult } from '@aiflow/core';
import { findNonJson } from '@aiflow/core';
import { describe, expect, test, vi } from 'vitest';
import { pythonJobPlugin } from '../src/plugin.ts';
import { prepareJob, runJob } from './job-run.ts';

const node = (body: string): string =>
  `import os, signal, sys, time\nclass Node:\n  def process(self, context, inputs):\n    ${body}\n`;
const exists = async (path: string): Promise<boolean> =>
  await access(path).then(
    () => true,
    () => false,
  );

describe('the environment of a job', () => {
  const environmentOf = (name: string): string => node(`return os.environ.get("${name}")`);

  test('PYTHONPATH is ours, the workflow’s folder, dependencies/python, then what the user set', async () => {
    const { result, env, projectDir } = await runJob({
      source: environmentOf('PYTHONPATH'),
      properties: { env: { PYTHONPATH: '/one::/two' } },
    });
    const [own, ...rest] = String(result.values['node']).split(':');
    expect(own).toMatch(/job-python\/python$/);
    expect(rest).toEqual([env.workflowDir, join(projectDir, 'dependencies/python'), '/one', '/two']);
  });

  test('the workflow’s module wins over one of dependencies/python, and that over the inherited path', async () => {
    const source = `import only_theirs\n${node('return [only_theirs.where, __file__.split("/")[-2]]')}`;
    const { result } = await runJob({
      source,
      files: {
        'dependencies/python/nodes.py': 'raise Exception("the wrong one")',
        'dependencies/python/only_theirs.py': 'where = "dependencies"',
        'elsewhere/only_theirs.py': 'where = "elsewhere"',
      },
      environment: { PYTHONPATH: 'elsewhere' },
    });
    expect(result).toMatchObject({ status: 'FINISHED', values: { node: ['dependencies', 'w'] } });
  });

  test('a secret reaches the process, and no file of the attempt', async () => {
    const { result, env, handle } = await runJob({
      source: node('return len(os.environ["TOKEN"])'),
      properties: { env: { TOKEN: '${MY_TOKEN}!' } },
      secrets: { MY_TOKEN: 'hush-hush-hush' },
    });
    expect(result.values).toEqual({ node: 15 });
    expect(JSON.stringify(handle)).not.toContain('hush');
    const files = await readdir(env.stateDir, { recursive: true, withFileTypes: true });
    const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    const texts = await Promise.all(paths.map(async (path) => await readFile(path, 'utf8')));
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.join('\n')).not.toContain('hush');
  });

  test('a secret that is not known stops the submit before anything began', async () => {
    const { controller, job, env } = await prepareJob({
      source: node('pass'),
      properties: { env: { TOKEN: '${NOT_KNOWN}' } },
    });
    await expect(controller.submitJob(job, env)).rejects.toMatchObject({ code: 'secret.missing' });
    expect(await controller.findJob(job, env)).toBeNull();
  });

  test('nothing is written beside the project, and output is UTF-8 whatever the locale', async () => {
    const { env, projectDir } = await runJob({
      source: `import other\n${node('print("é")')}`,
      files: { 'workflows/w/other.py': 'x = 1' },
      environment: { LC_ALL: 'C', PYTHONCOERCECLOCALE: '0', PYTHONUTF8: '0', PYTHONDONTWRITEBYTECODE: '' },
    });
    expect((await readdir(join(projectDir, 'workflows/w'))).sort()).toEqual(['nodes.py', 'other.py']);
    expect(await readFile(join(env.logDir, 'stdout.log'), 'utf8')).toBe('é\n');
  });
});

describe('an executable that does not work', () => {
  test.each([
    ['a name that is nowhere', 'python-that-is-nowhere', 'there is no such program'],
    ['a path that is nowhere', '/nowhere/python3', 'there is no such program'],
    ['a directory', '/tmp', 'it is a directory'],
    ['a path of the project that is not there', 'dependencies/venv/bin/python', 'there is no such program'],
  ])('%s is one clear error, and nothing began', async (_, executable, reason) => {
    const { controller, job, env } = await prepareJob({
      source: node('pass'),
      properties: { python_executable_path: executable },
    });
    const error: unknown = await controller.submitJob(job, env).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'python.executable_not_found' });
    expect(String(error)).toContain(reason);
    expect(String(error)).toContain('set python_executable_path');
    expect(await controller.findJob(job, env)).toBeNull();
  });

  test('a script whose interpreter is missing is the same error, as a result', async () => {
    const { controller, job, env, projectDir } = await prepareJob({
      source: node('pass'),
      properties: { python_executable_path: 'resources/python' },
      files: { 'resources/python': '#!/nowhere/python\n' },
    });
    await chmod(join(projectDir, 'resources/python'), 0o755);
    const handle = await controller.submitJob(job, env);
    const result = await controller.getResult(handle, { env, blocking: true });
    expect(result?.error?.code).toBe('python.executable_not_found');
  });

  test('what is no Python ends with a result that asks for one', async () => {
    const { result } = await runJob({ source: node('pass'), properties: { python_executable_path: 'true' } });
    expect(result.error).toMatchObject({ code: 'python.exit' });
    expect(result.error?.message).toContain('is it a Python?');
  });
});

describe('a Python that ends without a word', () => {
  const errorOf = ({ result }: { result: JobResult }) => {
    expect(result.status).toBe('FAILED');
    expect(findNonJson(result)).toBeNull();
    return result.error;
  };

  test('os._exit(3) fails with the code and where it was', async () => {
    const error = errorOf(await runJob({ source: node('print("bye", file=sys.stderr); os._exit(3)') }));
    expect(error).toMatchObject({
      code: 'python.exit',
      context: { exit_code: 3, node_id: 'node', phase: 'process()', stderr_tail: ['bye'] },
    });
  });

  test('os._exit(0) is no success', async () => {
    expect(errorOf(await runJob({ source: node('os._exit(0)') }))).toMatchObject({
      code: 'python.exit',
      context: { exit_code: 0 },
    });
  });

  test('sys.exit(0) is no success', async () => {
    expect(errorOf(await runJob({ source: node('sys.exit(0)') }))?.message).toContain(
      'workflows/w/nodes.py:4: process()',
    );
  });

  test('a crash of native code names the signal, and stderr shows the line', async () => {
    const error = errorOf(await runJob({ source: node('import ctypes; ctypes.string_at(0)') }));
    expect(error).toMatchObject({
      code: 'python.signal',
      context: { signal: 'SIGSEGV', node_id: 'node' },
    });
    expect(String(error?.context['stderr_tail'])).toContain('nodes.py", line 4 in process');
  });

  test('SIGKILL says that memory may be the reason', async () => {
    const error = errorOf(await runJob({ source: node('os.kill(os.getpid(), signal.SIGKILL)') }));
    expect(error).toMatchObject({ code: 'python.signal', context: { signal: 'SIGKILL', exit_code: 137 } });
    expect(error?.message).toContain('out of memory');
  });

  test('a crash after the last node is not taken for a success', async () => {
    const error = errorOf(
      await runJob({ source: `import atexit, os\natexit.register(os._exit, 9)\n${node('return 1')}` }),
    );
    expect(error).toMatchObject({ code: 'python.exit', context: { exit_code: 9 } });
    expect(error?.message).toContain('after the last node');
  });

  test('a stop while Python waits for a thread that is no daemon ends it at once', async () => {
    const source = `import threading\n${node('threading.Thread(target=time.sleep, args=(600,)).start(); return 1')}`;
    const { controller, job, env } = await prepareJob({ source, properties: { stop_grace_seconds: 600 } });
    const handle = await controller.submitJob(job, env);
    const result = join(env.stateDir, 'result.json');
    await vi.waitFor(async () => expect(await exists(result)).toBe(true), { timeout: 20_000 });
    await controller.stopJob(handle, env);
    expect(await controller.getJobStatus(handle, env)).toBe('KILLED');
  });

  test('memory that runs out is an exception like others', async () => {
    const source = node(
      'import resource; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); return len(b"x" * 2**33)',
    );
    expect(errorOf(await runJob({ source }))).toMatchObject({
      code: 'python.exception',
      context: { exception: 'MemoryError', line: 4 },
    });
  });
});

test('output is in the log while the job runs', async () => {
  const { controller, job, env } = await prepareJob({
    source: node('print("so far"); print("warned", file=sys.stderr); time.sleep(600)'),
  });
  const handle = await controller.submitJob(job, env);
  const log = async (name: string): Promise<string> => await readFile(join(env.logDir, name), 'utf8');
  await vi.waitFor(async () => expect(await log('stdout.log')).toBe('so far\n'), { timeout: 20_000 });
  await vi.waitFor(async () => expect(await log('stderr.log')).toBe('warned\n'), { timeout: 20_000 });
  expect(await controller.getJobStatus(handle, env)).toBe('RUNNING');
});

describe('a stop', () => {
  const slow = (close: string): string =>
    `${node('open("started", "w"); time.sleep(600)')}  def close(self, context):\n    ${close}\n`;

  const stopWhenStarted = async (source: string, stop_grace_seconds: number) => {
    const prepared = await prepareJob({ source, properties: { stop_grace_seconds } });
    const { controller, job, env } = prepared;
    const handle = await controller.submitJob(job, env);
    await vi.waitFor(async () => expect(await exists(join(env.workingDir, 'started'))).toBe(true), {
      timeout: 20_000,
    });
    // Another controller, as another process has it after a crash.
    const other = pythonJobPlugin.getJobController();
    await other.stopJob(handle, env);
    return { ...prepared, result: await other.getResult(handle, { env, blocking: false }) };
  };

  test('closes the processors and is KILLED', async () => {
    const { result, env } = await stopWhenStarted(slow('open("closed", "w")'), 20);
    expect(result).toEqual({ status: 'KILLED', values: {}, error: null });
    expect(await exists(join(env.workingDir, 'closed'))).toBe(true);
  });

  test.each([
    [
      'in a __del__',
      'del_ = type("D", (), {"__del__": lambda self: time.sleep(600)})(); open("started", "w"); del del_',
    ],
    [
      'while it forks',
      'os.register_at_fork(before=lambda: time.sleep(600)); open("started", "w"); os.fork()',
    ],
  ])('that Python swallows %s comes again', async (_, swallows) => {
    const close = '  def close(self, context):\n    open("closed", "w")\n';
    const { env } = await stopWhenStarted(node(`${swallows}; time.sleep(600)`) + close, 5);
    expect(await exists(join(env.workingDir, 'closed'))).toBe(true);
  });

  test('does not wait for a close that takes longer than the grace time', async () => {
    const { result } = await stopWhenStarted(slow('time.sleep(600)'), 0.2);
    expect(result).toEqual({ status: 'KILLED', values: {}, error: null });
  });

  test('of a job that was only looked for ends it, too', async () => {
    const { controller, job, env } = await prepareJob({ source: node('time.sleep(600)') });
    await controller.submitJob(job, env);
    const handle = await controller.findJob(job, env);
    if (handle === null) throw new Error('it was submitted');
    await controller.stopJob(handle, env);
    expect(await controller.getJobStatus(handle, env)).toBe('KILLED');
  });
});

test('a TERM from elsewhere is a failure that names the signal', async () => {
  const { result } = await runJob({ source: node('os.kill(os.getpid(), signal.SIGTERM); time.sleep(600)') });
  expect(result).toMatchObject({
    status: 'FAILED',
    error: { code: 'python.signal', context: { signal: 'SIGTERM' } },
  });
});

test('a result file that another program wrote half of is an error, not a success', async () => {
  const { controller, handle, env } = await runJob({ source: node('pass') });
  await writeFile(join(env.stateDir, 'result.json'), '{"status":"FINI');
  await expect(controller.getResult(handle, { env, blocking: true })).rejects.toMatchObject({
    code: 'python.result_unreadable',
  });
});

test('what a node started and left behind is gone when there is a result', async () => {
  const { result } = await runJob({
    source: `import subprocess\n${node('return subprocess.Popen(["sleep", "600"], start_new_session=True).pid')}`,
    properties: { stop_grace_seconds: 1 },
  });
  const pid = Number(result.values['node']);
  expect(pid).toBeGreaterThan(1);
  // It is dead by now; until init has collected it, its number still answers.
  const gone = (): void =>
    expect(() => process.kill(pid, 0)).toThrow(expect.objectContaining({ code: 'ESRCH' }) as Error);
  await vi.waitFor(gone, { timeout: 10_000 });
});
