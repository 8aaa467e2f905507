import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelVersionEvent } from '@aiflow/core';
import { event, modelVersion } from '@aiflow/core';
import { expect, test } from 'vitest';
import { runNodes } from './python-run.ts';

const node = (body: string): string => `class Node:\n  def process(self, context, inputs):\n    ${body}\n`;

test('the context carries the facts of the execution and the node', async () => {
  const { result, directory } = await runNodes(
    node(`return [context.project_name, context.workflow_name, context.job_name, context.workflow_execution_id,
      context.attempt_id, context.attempt_number, context.execution_context, context.parameters, context.node_name,
      context.config, str(context.working_dir), str(context.execution_dir), str(context.log_dir), str(context.project_dir)]`),
    [{ id: 'a', config: { seed: 7 } }],
  );
  expect(result?.values['a']).toEqual([
    ...['p', 'w', 'j', 'e1', 'a1', 2, null, { day: 'monday' }, 'a', { seed: 7 }],
    ...['work', 'execution', 'logs'].map((name) => join(directory, name)),
    directory,
  ]);
});

test('events go to the outbox, one whole file each, in the order of publishing', async () => {
  const { events, directory } = await runNodes(
    node(
      '[context.publish_event(f"key{i}", "é", "MODEL_GENERATED", namespace="n") for i in range(20)]; context.publish_event("k", "v")',
    ),
    [{ id: 'a' }],
  );
  expect(events.slice(0, 20)).toEqual(
    Array.from({ length: 20 }, (_, i) => ({
      key: `key${i}`,
      value: 'é',
      event_type: 'MODEL_GENERATED',
      namespace: 'n',
    })),
  );
  // What is left out is what core's event() takes when it is left out.
  const { eventType: event_type, namespace } = event({ key: 'k' });
  expect(events[20]).toEqual({ key: 'k', value: 'v', event_type, namespace });
  expect([event_type, namespace]).toEqual(['UNDEFINED', 'default']);
  expect(readdirSync(join(directory, 'outbox')).every((name) => /^\d+-\d+-\d+\.json$/.test(name))).toBe(true);
});

test('a model version is published as the events that modelVersion() waits for', async () => {
  const { events } = await runNodes(
    `from aiflow import Model
${node(
  'context.publish_model_version(Model("m"), "1"); context.publish_model_version("m", "1", "MODEL_DEPLOYED"); context.publish_model_version("m", "1", namespace="prod")',
)}`,
    [{ id: 'a' }],
  );
  const waitsFor = (event: ModelVersionEvent, place: { namespace?: string } = {}) => {
    const condition = modelVersion('m', { event, version: '1', ...place });
    const { key, value, eventType: event_type, namespace } = condition;
    return { key, value, event_type, namespace };
  };
  expect(events).toEqual([
    waitsFor('MODEL_GENERATED'),
    waitsFor('MODEL_DEPLOYED'),
    waitsFor('MODEL_GENERATED', { namespace: 'prod' }),
  ]);
});

test.each([
  ['context.publish_model_version("m", "1", "MODEL_DEPLOYD")', 'did you mean "MODEL_DEPLOYED"?'],
  ['context.publish_model_version("m", "1", "generated")', 'must be one of MODEL_GENERATED, MODEL_VALIDATED'],
  ['context.publish_model_version("m", 1)', "an event's value must be a str, not int"],
  ['context.publish_model_version(context.model, "1")', "an event's key must be a str, not NoneType"],
])('%s is refused, and no event published', async (call, message) => {
  const { result, events } = await runNodes(node(call), [{ id: 'a' }]);
  expect(result?.error?.message).toContain(message);
  expect(events).toEqual([]);
});

test('an event whose value is no string is refused with what to write', async () => {
  const { result, events } = await runNodes(node('context.publish_event("k", 1)'), [{ id: 'a' }]);
  expect(result?.error?.message).toContain(
    "an event's value must be a str, not int: use str(…) or json.dumps(…)",
  );
  expect(events).toEqual([]);
});

test('datasets are written to the execution and read back, by suffix or format', async () => {
  const { result, directory } = await runNodes(
    node(`
    rows = [{"a": 1, "b": "x, y"}, {"a": None, "c": "é"}]
    context.write_dataset("deep/rows.csv", rows)
    context.write_dataset("rows.jsonl", rows)
    path = context.write_dataset("rows.txt", rows, format="json")
    return [context.read_dataset("deep/rows.csv"), context.read_dataset("rows.jsonl"),
            context.read_dataset(path.as_uri(), format="json"), context.read_dataset("resources/one.json")]`),
    [{ id: 'a' }],
    { files: { 'resources/one.json': '{"own": 1}' } },
  );
  const rows = [
    { a: 1, b: 'x, y' },
    { a: null, c: 'é' },
  ];
  expect(result?.error).toBeNull();
  expect(result?.values['a']).toEqual([
    [
      { a: '1', b: 'x, y', c: '' },
      { a: '', b: '', c: 'é' },
    ],
    rows,
    rows,
    { own: 1 },
  ]);
  expect(readFileSync(join(directory, 'execution/deep/rows.csv'), 'utf8')).toBe('a,b,c\n1,"x, y",\n,,é\n');
});

test('a dataset that cannot be written whole is not there at all', async () => {
  const { result, directory } = await runNodes(node('context.write_dataset("rows.json", object())'), [
    { id: 'a' },
  ]);
  expect(result?.error?.code).toBe('python.exception');
  expect(readdirSync(join(directory, 'execution'))).toEqual([]);
});

test.each([
  ['s3://bucket/rows.csv', 'a dataset is a path or a file:///… URI on this machine'],
  ['rows.parquet', "must be one of csv, json, jsonl, not 'parquet'"],
])('writing %s is refused', async (uri, message) => {
  const { result } = await runNodes(node(`context.write_dataset(${JSON.stringify(uri)}, [])`), [{ id: 'a' }]);
  expect(result?.error?.message).toContain(message);
});

test('a processor is tested with a context of its own', async () => {
  const { result } = await runNodes(
    `from aiflow import ExecutionContext\n${node('context = ExecutionContext(config={"a": 1}); return [context.config, context.attempt_number]')}`,
    [{ id: 'a' }],
  );
  expect(result?.values['a']).toEqual([{ a: 1 }, 1]);
});

test('a class by file is one module for all that name it, and sees the modules beside it', async () => {
  const { result } = await runNodes(
    '',
    [
      { id: 'a', file: 'resources/x/steps.py', class: 'A' },
      { id: 'b', file: 'resources/x/steps.py', class: 'B', inputs: ['a'] },
    ],
    {
      files: {
        'resources/x/steps.py': `import beside, dataclasses
@dataclasses.dataclass
class Row: n: int
class A:
  def process(self, context, inputs): return Row(beside.n)
class B:
  def process(self, context, inputs): return isinstance(inputs[0], Row) and inputs[0].n
`,
        'resources/x/beside.py': 'n = 5\n',
      },
    },
  );
  expect(result).toEqual({ status: 'FINISHED', values: { b: 5 }, error: null });
});

test('child processes of multiprocessing, forked or spawned, work and do not run the job again', async () => {
  const { result, stdout } = await runNodes(
    `import multiprocessing
def double(n): return n * 2
class Node:
  def process(self, context, inputs):
    print("once")
    found = []
    for method in ("fork", "spawn"):
      with multiprocessing.get_context(method).Pool(2) as pool: found += pool.map(double, [1, 2])
    return found
`,
    [{ id: 'a' }],
  );
  expect(result?.values).toEqual({ a: [2, 4, 2, 4] });
  expect(stdout.match(/once/g)).toHaveLength(1);
});

test('a forked child is ended by SIGTERM at once, wherever it is', async () => {
  const { result } = await runNodes(
    `import os, signal, time
class Node:
  def process(self, context, inputs):
    return sorted({self.ended_child() for _ in range(500)})
  def ended_child(self):
    child = os.fork()
    if child == 0:
      try: time.sleep(1)
      finally: os._exit(7)
    os.kill(child, signal.SIGTERM)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
`,
    [{ id: 'a' }],
  );
  expect(result?.values).toEqual({ a: [-15] });
});
