import { describe, expect, test } from 'vitest';
import type { TestNode } from './python-run.ts';
import { runNodes } from './python-run.ts';

const trace = `
from aiflow import PythonProcessor

class Traced(PythonProcessor):
    def open(self, context):
        print("open", context.node_name)
        if context.config.get("fail") == "open": raise ValueError("in open")
    def process(self, context, inputs):
        print("process", context.node_name)
        if context.config.get("fail") == "process": raise ValueError("in process")
        return context.node_name
    def close(self, context):
        print("close", context.node_name)
        if context.config.get("fail_close"): raise RuntimeError("in close")
`;

describe('the order of things', () => {
  test('all processors open, then process in order, then close', async () => {
    const { result, stdout } = await runNodes(trace, [
      { id: 'a', class: 'Traced' },
      { id: 'b', class: 'Traced', inputs: ['a'] },
    ]);
    expect(stdout.trim().split('\n')).toEqual([
      'open a',
      'open b',
      'process a',
      'process b',
      'close b',
      'close a',
    ]);
    expect(result).toEqual({ status: 'FINISHED', values: { a: 'a', b: 'b' }, error: null });
  });

  test('an error in process still closes every processor', async () => {
    const { result, stdout } = await runNodes(trace, [
      { id: 'a', class: 'Traced', config: { fail: 'process' } },
      { id: 'b', class: 'Traced', inputs: ['a'] },
    ]);
    expect(stdout.trim().split('\n')).toEqual(['open a', 'open b', 'process a', 'close b', 'close a']);
    expect(result?.error?.context).toMatchObject({ node_id: 'a', phase: 'process()' });
  });

  test('an error in open closes those that were opened before, and processes nothing', async () => {
    const { result, stdout } = await runNodes(trace, [
      { id: 'a', class: 'Traced' },
      { id: 'b', class: 'Traced', config: { fail: 'open' } },
    ]);
    expect(stdout.trim().split('\n')).toEqual(['open a', 'open b', 'close a']);
    expect(result?.error?.context).toMatchObject({ node_id: 'b', phase: 'open()' });
  });

  test('an error in close does not hide the first error, nor keep others from closing', async () => {
    const { result, stdout } = await runNodes(trace, [
      { id: 'a', class: 'Traced', config: { fail_close: true } },
      { id: 'b', class: 'Traced', config: { fail: 'process', fail_close: true } },
    ]);
    expect(stdout).toContain('close b\nclose a');
    expect(result?.error?.context['text']).toBe('in process');
    expect(result?.error?.context['close_errors']).toHaveLength(2);
  });

  test('an error in close alone makes the job fail and keeps the values', async () => {
    const { result } = await runNodes(trace, [{ id: 'a', class: 'Traced', config: { fail_close: true } }]);
    expect(result).toMatchObject({
      status: 'FAILED',
      values: { a: 'a' },
      error: { context: { phase: 'close()' } },
    });
  });

  test('a class needs neither our base class nor open nor close', async () => {
    const { result } = await runNodes('class Node:\n  def process(self, context, inputs): return 1\n', [
      { id: 'a' },
    ]);
    expect(result?.values).toEqual({ a: 1 });
  });
});

describe('values between nodes', () => {
  const source = `
class Split:
    def process(self, context, inputs): return [object, [1, 2]] if context.config.get("n", 2) == 2 else [1, 2, 3]
class Take:
    def process(self, context, inputs): return [repr(type(value).__name__) for value in inputs]
class Single:
    def process(self, context, inputs): return "one"
`;

  test('they arrive by port, whatever they are', async () => {
    const { result } = await runNodes(source, [
      { id: 'split', class: 'Split', outputs: 2 },
      { id: 'take', class: 'Take', inputs: ['split:1', 'split:0', 'split:1'] },
    ]);
    expect(result?.values).toEqual({ take: ["'list'", "'type'", "'list'"] });
  });

  test.each([
    [{ class: 'Split', config: { n: 3 } }, 'node "a" has 2 outputs, and its process() returned 3'],
    [{ class: 'Single' }, 'node "a" has 2 outputs, and its process() returned one str'],
  ])(
    'another number of values than outputs is an error that names the node and the numbers',
    async (node, message) => {
      const { result } = await runNodes(source, [{ id: 'a', outputs: 2, ...node }]);
      expect(result?.error?.code).toBe('python.invalid_output');
      expect(result?.error?.message).toContain(message);
    },
  );

  test('a generator that another function made is a value like any other', async () => {
    const generators = `
class Make:
    def rows(self): yield from [1, 2]
    def process(self, context, inputs): return self.rows()
class Take:
    def process(self, context, inputs): return list(inputs[0])
`;
    const { result } = await runNodes(generators, [
      { id: 'make', class: 'Make' },
      { id: 'take', class: 'Take', inputs: ['make'] },
    ]);
    expect(result).toEqual({ status: 'FINISHED', values: { take: [1, 2] }, error: null });
  });

  test('a value that is no result flows on as it is', async () => {
    const large = `
class Make:
    def process(self, context, inputs): return 10**400
class Take:
    def process(self, context, inputs): return inputs[0] == 10**400
`;
    const { result } = await runNodes(large, [
      { id: 'make', class: 'Make' },
      { id: 'take', class: 'Take', inputs: ['make'] },
    ]);
    expect(result).toEqual({ status: 'FINISHED', values: { take: true }, error: null });
  });

  test('a value is let go when its last reader has it', async () => {
    const { result } = await runNodes(
      `
import gc, weakref
class Big: pass
seen = []
class Make:
    def process(self, context, inputs):
        big = Big(); seen.append(weakref.ref(big)); return big
class Read:
    def process(self, context, inputs): return inputs[0] is not None
class After:
    def process(self, context, inputs): gc.collect(); return seen[0]() is None
`,
      [
        { id: 'make', class: 'Make' },
        { id: 'read', class: 'Read', inputs: ['make'] },
        { id: 'after', class: 'After', inputs: ['read'] },
      ],
    );
    expect(result?.values).toEqual({ read: true, after: true });
  });
});

describe('results of nodes', () => {
  test.each([
    ['None', undefined],
    ['object()', undefined],
    ['{1, 2}', undefined],
    ['float("nan")', undefined],
    ['{"deep": [-float("inf")]}', undefined],
    ['10**400', undefined],
    ['10**5000', undefined],
    ['2**63 + 1', undefined],
    ['2**53', undefined],
    ['-(2**53)', undefined],
    ['{"deep": [1, (2, 2**53)]}', undefined],
    ['2**53 - 1', Number.MAX_SAFE_INTEGER],
    ['[1 - 2**53]', [Number.MIN_SAFE_INTEGER]],
    ['{2**63: str(2**63)}', { '9223372036854775808': '9223372036854775808' }],
    ['1e300', 1e300],
    ['"x" * 70000', undefined],
    ['list(range(20000))', undefined],
    [String.raw`"\ud800"`, undefined],
    ['(lambda a: (a.append(a), a)[1])([])', undefined],
    ['0', 0],
    ['{"é": [1, 2.5, None, True]}', { é: [1, 2.5, null, true] }],
    ['(1, 2)', [1, 2]],
  ])('%s becomes %j', async (expression, expected) => {
    const { result } = await runNodes(
      `class Node:\n  def process(self, context, inputs): return ${expression}\n`,
      [{ id: 'a' }],
    );
    expect(result).toEqual({
      status: 'FINISHED',
      values: expected === undefined ? {} : { a: expected },
      error: null,
    });
  });

  test('a value that another node takes is a result only when it is short', async () => {
    const source = `
class Make:
    def process(self, context, inputs): return "x" * context.config["length"]
class Take:
    def process(self, context, inputs): return inputs[0]
`;
    const make = (id: string, length: number): TestNode => ({ id, class: 'Make', config: { length } });
    const { result } = await runNodes(source, [
      make('short', 4000),
      make('long', 5000),
      { id: 'sink', class: 'Take', inputs: ['long', 'short'] },
    ]);
    expect(Object.keys(result?.values ?? {})).toEqual(['short', 'sink']);
  });
});
