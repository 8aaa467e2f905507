import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JobResultError } from '@aiflow/core';
import { describe, expect, test } from 'vitest';
import type { PythonRun, TestNode } from './python-run.ts';
import { runNodes } from './python-run.ts';

function errorOf(run: PythonRun): JobResultError {
  expect(run.result?.status, run.stderr).toBe('FAILED');
  const error = run.result?.error;
  if (error === null || error === undefined) throw new Error(`no error in ${JSON.stringify(run.result)}`);
  return error;
}

const failing = (body: string): string =>
  `import json\nclass Node:\n  def process(self, context, inputs):\n${body}\n`;

describe('an exception in user code', () => {
  test('comes back with the file and the line first', async () => {
    const run = await runNodes(failing('    x = 1\n    raise ValueError("bad row\\n  in line 7")'), [
      { id: 'a' },
    ]);
    const error = errorOf(run);
    expect(error.code).toBe('python.exception');
    expect(error.message).toBe(
      'workflows/w/nodes.py:5: ValueError: bad row in line 7 (in process() of node "a")',
    );
    expect(Object.keys(error.context).slice(0, 2)).toEqual(['file', 'line']);
    expect(error.context).toMatchObject({
      file: 'workflows/w/nodes.py',
      line: 5,
      node_id: 'a',
      exception: 'ValueError',
    });
    expect(run.exitCode).toBe(1);
  });

  test('has a traceback of user code alone, which is also in stderr', async () => {
    const run = await runNodes(failing('    raise KeyError("x") from ValueError("y")'), [{ id: 'a' }]);
    const traceback = String(errorOf(run).context['traceback']);
    expect(traceback).toContain('File "workflows/w/nodes.py", line 4, in process');
    expect(traceback).not.toContain('_run');
    expect(traceback).toContain('ValueError: y');
    expect(run.stderr).toContain(traceback);
  });

  test('points at the line of the user, not into the library that it called', async () => {
    const error = errorOf(await runNodes(failing('    json.loads("{")'), [{ id: 'a' }]));
    expect(error.context).toMatchObject({
      file: 'workflows/w/nodes.py',
      line: 4,
      exception: 'json.decoder.JSONDecodeError',
    });
    expect(String(error.context['traceback'])).toContain('decoder.py');
  });

  test('points at the line of the user, not into our own context', async () => {
    const error = errorOf(await runNodes(failing('    context.read_dataset("absent.csv")'), [{ id: 'a' }]));
    expect(error.context).toMatchObject({
      file: 'workflows/w/nodes.py',
      line: 4,
      exception: 'FileNotFoundError',
    });
  });

  test('outside of the project points at the user, too, with the whole path', async () => {
    const body =
      'class Node:\\n  def process(self, context, inputs):\\n    context.read_dataset("absent.csv")\\n';
    const source = `exec(compile('${body}', "/elsewhere/lib.py", "exec"))`;
    const error = errorOf(await runNodes(source, [{ id: 'a' }]));
    expect(error.context).toMatchObject({
      file: '/elsewhere/lib.py',
      line: 3,
      exception: 'FileNotFoundError',
    });
  });

  test('prefers the workflow to what it brought into dependencies', async () => {
    const error = errorOf(
      await runNodes(`import lib\n${failing('    lib.work()')}`, [{ id: 'a' }], {
        files: { 'dependencies/python/lib.py': 'def work():\n  return 1 / 0\n' },
      }),
    );
    expect(error.context).toMatchObject({ file: 'workflows/w/nodes.py', line: 5 });
  });

  test.each([
    ['a syntax error', 'def broken(:\n  pass\n', 'SyntaxError', 1],
    ['a bad indentation', 'x = 1\n  y = 2\n', 'IndentationError', 2],
    [
      'an import of what is not installed',
      'x = 1\nimport not_installed_anywhere\n',
      'ModuleNotFoundError',
      2,
    ],
    ['an error while the module is loaded', '\n\nx = 1 / 0\n', 'ZeroDivisionError', 3],
  ])('%s is found at its line', async (_, source, exception, line) => {
    const error = errorOf(await runNodes(source, [{ id: 'a' }]));
    expect(error.code).toBe('python.exception');
    expect(error.context).toMatchObject({ file: 'workflows/w/nodes.py', line, exception, phase: 'loading' });
  });

  test('may have no text, a broken text, a text of many lines or one without end', async () => {
    const source = `
class Broken(Exception):
  def __str__(self): return 1 / 0
${failing('    raise {"none": ValueError(), "broken": Broken(), "long": ValueError("x" * 100000)}[context.config["text"]]')}`;
    const messages = ['none', 'broken', 'long'].map(async (text) => {
      return errorOf(await runNodes(source, [{ id: 'a', config: { text } }])).message;
    });
    const [none, broken, long] = await Promise.all(messages);
    expect(none).toContain('ValueError (in process()');
    expect(broken).toContain('nodes.Broken: <its text could not be made: ZeroDivisionError>');
    expect(long?.length).toBeLessThan(3000);
  });

  test('is in the log when user code has closed stderr', async () => {
    const run = await runNodes(`import sys\n${failing('    sys.stderr.close(); raise ValueError("x")')}`, [
      { id: 'a' },
    ]);
    expect(errorOf(run).code).toBe('python.exception');
    expect(run.exitCode).toBe(1);
  });

  test('that cannot be described still closes, and is told as far as it can be', async () => {
    const source = `
import traceback
class Node:
  def process(self, context, inputs):
    traceback.walk_tb = None
    raise ValueError("x")
  def close(self, context): print("closed")
`;
    const run = await runNodes(source, [{ id: 'a' }]);
    expect(errorOf(run).message).toBe(
      'ValueError in process() of node "a", and describing it failed: TypeError',
    );
    expect(run.stdout).toBe('closed\n');
  });

  test('of endless recursion or a million frames is still a result', async () => {
    const error = errorOf(await runNodes(failing('    return self.process(context, inputs)'), [{ id: 'a' }]));
    expect(error.context['exception']).toBe('RecursionError');
    expect(String(error.context['traceback']).length).toBeLessThan(20_000);
  });

  test('is found through a link to the project', async () => {
    const run = await runNodes(
      'import os, sys\nsys.path.insert(0, os.path.join(os.getcwd(), "linked"))\nos.symlink(os.path.dirname(__file__), "linked")\nimport other\n',
      [{ id: 'a' }],
      { files: { 'workflows/w/other.py': 'raise ValueError(1)\n' } },
    );
    expect(errorOf(run).context).toMatchObject({ file: 'workflows/w/other.py', line: 1 });
  });
});

describe('what cannot be found', () => {
  const here: TestNode = { id: 'a' };
  test.each<[string, TestNode, string]>([
    [
      'a module',
      { ...here, module: 'nods' },
      'no module "nods" in workflows/w, dependencies/python or in Python\'s own path: did you mean "nodes"?',
    ],
    ['a module of a package', { ...here, module: 'nodes.deeper' }, 'no module "nodes.deeper"'],
    [
      'a class',
      { ...here, class: 'Nod' },
      'module "nodes" (workflows/w/nodes.py) has no "Nod": did you mean "Node"?',
    ],
    ['a class in a class', { ...here, class: 'Node.Inner' }, 'has no "Inner"'],
    [
      'a file',
      { ...here, file: 'workflows/w/nods.py' },
      'no file "workflows/w/nods.py" in the project: did you mean "nodes.py"?',
    ],
    ['a directory for a file', { ...here, file: 'workflows/w' }, 'no file "workflows/w" in the project'],
  ])('%s: the message says what was looked for and where', async (_, node, message) => {
    const error = errorOf(await runNodes(failing('    pass'), [node]));
    expect(error.code).toBe('python.not_found');
    expect(error.message).toContain(message);
    expect(error.context['node_id']).toBe('a');
  });

  test.each([
    ['class Node: pass', 'a class without a process method'],
    ['import aiflow\nclass Node(aiflow.PythonProcessor): pass', 'a class without a process method'],
    ['def Node(): pass', 'a function'],
    [
      'class Node:\n  def __init__(self, x): pass\n  def process(self, c, i): pass',
      'cannot be made without arguments',
    ],
  ])('%j is not a processor', async (source, message) => {
    const error = errorOf(await runNodes(source, [{ id: 'a' }]));
    expect(error.code).toBe('python.invalid_processor');
    expect(error.message).toContain(message);
  });

  test('a TypeError inside a constructor is the user’s own', async () => {
    const source = 'class Node:\n  def __init__(self):\n    len(1)\n  def process(self, c, i): pass\n';
    expect(errorOf(await runNodes(source, [{ id: 'a' }])).context).toMatchObject({
      line: 3,
      exception: 'TypeError',
    });
  });
});

describe('a method that would never run', () => {
  const generator = 'has a yield in it, so that nothing of it runs';
  const wrapping =
    'import functools\ndef wrapping(f):\n  @functools.wraps(f)\n  def wrapper(*a): return f(*a)\n  return wrapper\n';
  const process = '  def process(self, context, inputs): return 1\n';
  test.each([
    [
      'an async process',
      '  async def process(self, context, inputs): pass\n',
      'process() of node "a" is async',
    ],
    ['an async generator', '  async def process(self, c, i): yield 1\n', 'process() of node "a" is async'],
    ['a generator', '  def process(self, c, i): yield 1\n', `process() of node "a" ${generator}`],
    [
      'a wrapped one',
      '  @wrapping\n  def process(self, c, i): yield 1\n',
      `process() of node "a" ${generator}`,
    ],
    ['an async open', `${process}  async def open(self, context): pass\n`, 'open() of node "a" is async'],
    [
      'a close with yield',
      `${process}  def close(self, context): yield\n`,
      `close() of node "a" ${generator}`,
    ],
  ])('%s is refused', async (_, body, message) => {
    const error = errorOf(await runNodes(`${wrapping}class Node:\n${body}`, [{ id: 'a' }]));
    expect(error.code).toBe('python.invalid_output');
    expect(error.message).toContain(message);
  });

  test.each([
    ['process', 'self, context'],
    ['open', 'self'],
    ['close', 'self, context, inputs'],
  ])('a %s of other arguments is found where it is defined', async (method, parameters) => {
    const process = method === 'process' ? '' : '  def process(self, context, inputs): return 1\n';
    const run = await runNodes(`class Node:\n  def ${method}(${parameters}): return 1\n${process}`, [
      { id: 'a' },
    ]);
    const error = errorOf(run);
    expect(error.code).toBe('python.exception');
    expect(error.message).toMatch(/^workflows\/w\/nodes\.py:2: TypeError: /);
    expect(error.context).toMatchObject({
      file: 'workflows/w/nodes.py',
      line: 2,
      exception: 'TypeError',
      phase: `${method}()`,
    });
    expect(error.context['traceback']).toContain(`File "workflows/w/nodes.py", line 2, in ${method}\n`);
    expect(run.stderr).toContain(String(error.context['traceback']));
  });

  test('a TypeError that a method throws itself keeps its own line', async () => {
    const error = errorOf(await runNodes(failing('    x = 1\n    len(1)'), [{ id: 'a' }]));
    expect(error.context).toMatchObject({ line: 5, exception: 'TypeError' });
  });
});

describe('Python that ends by itself', () => {
  const closing = (body: string): string =>
    `${failing(`    ${body}`)}  def close(self, context):\n    print("closed")\n`;

  test.each(['3', '0', '"no data"', ''])(
    'sys.exit(%s) fails with where it was called, and closes',
    async (code) => {
      const run = await runNodes(closing(`import sys; sys.exit(${code})`), [{ id: 'a' }]);
      const error = errorOf(run);
      expect(error.code).toBe('python.exit');
      expect(error.message).toContain(
        `workflows/w/nodes.py:4: process() of node "a" ended Python with sys.exit(`,
      );
      expect(run.stdout).toContain('closed');
    },
  );

  test('os._exit leaves no result, and the progress file says where it was', async () => {
    const run = await runNodes(closing('import os; os._exit(0)'), [{ id: 'a' }]);
    expect(run).toMatchObject({ result: null, exitCode: 0 });
    expect(readFileSync(join(run.directory, 'progress'), 'utf8').trim()).toBe('process() a');
  });

  test('SIGTERM closes what was opened, says KILLED, and is what the process ends by', async () => {
    const run = await runNodes(
      closing(
        'import os, signal, time\n    try:\n      os.kill(os.getpid(), signal.SIGTERM); time.sleep(50)\n    except Exception: pass',
      ),
      [{ id: 'a' }],
    );
    expect(run.result).toEqual({ status: 'KILLED', values: {}, error: null });
    expect(run).toMatchObject({ signal: 'SIGTERM' });
    expect(run.stdout).toContain('closed');
  });

  test('a second SIGTERM interrupts neither finally nor close', async () => {
    const source = `
import os, signal, time
class Node:
  def process(self, context, inputs):
    try:
      os.kill(os.getpid(), signal.SIGTERM)
      time.sleep(50)
    finally:
      os.kill(os.getpid(), signal.SIGTERM)
      print("tidied")
  def close(self, context):
    os.kill(os.getpid(), signal.SIGTERM)
    print("closed")
`;
    const run = await runNodes(source, [{ id: 'a' }]);
    expect(run.stdout).toBe('tidied\nclosed\n');
    expect(run.result?.status).toBe('KILLED');
  });
});

test('a Python that is too old says so', async ({ skip }) => {
  const old = process.env['AIFLOW_TEST_OLD_PYTHON'];
  if (old === undefined) skip('AIFLOW_TEST_OLD_PYTHON names no Python before 3.9');
  const error = errorOf(await runNodes('', [{ id: 'a' }], { executable: String(old) }));
  expect(error.code).toBe('python.executable_not_found');
  expect(error.message).toMatch(
    /expected Python 3\.9 or later, found [23]\.\d+\.\d+ \(.*\): set python_executable_path/,
  );
});
