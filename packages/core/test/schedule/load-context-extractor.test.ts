import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AIFlowError, ContextExtractor, Event, RunningExtractor } from '../../src/index.ts';
import { createContextExtractor, isAIFlowError, loadContextExtractor } from '../../src/index.ts';

/** A project finds `@aiflow/core` beside the command: here, this package itself. */
const commandDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const extractor = { kind: 'module', module: 'lib/context.ts', exportName: 'contextOf' } as const;
let projectDir: string;
let open: RunningExtractor[];

beforeEach(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow context ')));
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map(async (each) => await each.close()));
  rmSync(projectDir, { recursive: true, force: true });
});

function write(text: string, path: string = extractor.module): void {
  const target = join(projectDir, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** An extractor with this body, which is given `event`. */
function withBody(body: string, before = ''): RunningExtractor {
  write(`${before}\nexport function contextOf(event) {\n${body}\n}\n`);
  return made(extractor);
}

function made(
  of: ContextExtractor | null,
  options: { timeout?: number; onOutput?: (text: string) => void } = {},
): RunningExtractor {
  const running = createContextExtractor(of, { projectDir, commandDir, ...options });
  open.push(running);
  return running;
}

function event(version: number, value = ''): Event {
  return {
    version,
    key: 'k',
    value,
    eventType: 'UNDEFINED',
    namespace: 'default',
    sender: null,
    context: null,
    workflowExecutionId: null,
    createTime: 0,
  };
}

async function errorOf(promise: Promise<unknown>): Promise<AIFlowError> {
  const thrown: unknown = await promise.catch((error: unknown) => error);
  if (!isAIFlowError(thrown)) throw new Error('expected an error of ours', { cause: thrown });
  expect(thrown.message).not.toContain('\n');
  return thrown;
}

async function loadFault(of: Partial<typeof extractor> | { module: string } = {}): Promise<AIFlowError> {
  return await errorOf(loadContextExtractor({ projectDir, commandDir, extractor: { ...extractor, ...of } }));
}

describe('an extractor in a file of the project', () => {
  it('is told each event whole, and says which contexts it has', async () => {
    write(`import type { Event, EventContext } from '@aiflow/core';
import { split } from './split.ts';
export const contextOf = (event: Event): EventContext =>
  event.key === 'k' && event.version === 1 ? { contexts: split(event.value) } : { broadcast: true };
`);
    write(`export const split = (text: string): string[] => text.split(',');`, 'lib/split.ts');
    const running = made(extractor);
    expect(await running.extract(event(1, 'a,b,a'))).toEqual({ contexts: ['a', 'b'] });
    expect(await running.extract(event(2))).toEqual({ broadcast: true });
  });

  it('may be the default export, and may say that an event is for nobody', async () => {
    write('export default () => ({ contexts: [] });');
    expect(await made({ ...extractor, exportName: 'default' }).extract(event(1))).toEqual({ contexts: [] });
  });

  it('takes events in the order in which they are given, one after the other', async () => {
    const running = withBody('count += 1; return { contexts: [event.value + count] };', 'let count = 0;');
    const all = await Promise.all(
      ['a', 'b', 'c'].map(async (value, at) => await running.extract(event(at, value))),
    );
    expect(all).toEqual([{ contexts: ['a1'] }, { contexts: ['b2'] }, { contexts: ['c3'] }]);
  });

  it('may print', async () => {
    write(`console.log('loading'); export const contextOf = (event) => {
  process.stdout.write('event ' + event.version); console.error('!'); return { broadcast: true }; };`);
    let output = '';
    await made(extractor, { onOutput: (text) => (output += text) }).extract(event(3));
    expect(output).toContain('loading\n');
    expect(output).toContain('event 3');
    expect(output).toContain('!\n');
  });
});

describe('an extractor that fails on an event', () => {
  const good = "if (event.value !== 'bad') return { contexts: [event.value] };";

  it.each([
    ['throws', "throw new Error('no such table');", 'it threw: no such table'],
    ['throws what is no error', "throw 'words';", 'it threw: words'],
    ['throws what cannot be shown', 'throw Object.create(null);', 'its thread failed'],
    ['ends its process', 'process.exit(4);', 'ended its process (exit code 4)'],
    ['returns nothing', '', 'it returned something else than'],
    ['returns a text', "return 'a';", 'it returned something else than'],
    ['returns texts', "return ['a'];", 'it returned something else than'],
    ['returns neither', 'return {};', 'it returned something else than'],
    ['returns both', "return { broadcast: true, contexts: ['a'] };", 'it returned something else than'],
    ['returns no broadcast', 'return { broadcast: false };', 'it returned something else than'],
    ['returns numbers', 'return { contexts: [1] };', 'it returned something else than'],
    ['returns an empty text', "return { contexts: [''] };", 'it returned something else than'],
    ['returns a function', 'return { contexts: [() => 1] };', 'it returned what is not plain data'],
    ['returns a promise', 'return Promise.resolve({ broadcast: true });', 'it returned a promise'],
    ['returns a promise that fails', 'return Promise.reject(new Error());', 'it returned a promise'],
    ['returns too many', 'return { contexts: Array(10001).fill("a") };', '10001 contexts, more than 10000'],
    ['returns one too long', 'return { contexts: ["a".repeat(1025)] };', 'a context of 1025 characters'],
  ])('because it %s harms no other event', async (_, bad, reason) => {
    const running = withBody(`${good}\n${bad}`);
    const before = running.extract(event(6, 'before'));
    const failing = running.extract(event(7, 'bad'));
    const after = running.extract(event(8, 'after'));
    expect(await before).toEqual({ contexts: ['before'] });
    const error = await errorOf(failing);
    expect(error.code).toBe('context.failed');
    expect(error.message).toContain('lib/context.ts (export "contextOf") failed on event 7: ');
    expect(error.message).toContain(reason);
    expect(error.context).toEqual({ module: 'lib/context.ts', exportName: 'contextOf', version: 7 });
    expect(await after).toEqual({ contexts: ['after'] });
  });

  it.each(['for (;;) {}', 'return { get contexts() { for (;;) {} } };'])(
    'because it never ends (%s) is ended, and begun anew for the next',
    async (bad) => {
      withBody(`${good}\n${bad}`);
      const running = made(extractor, { timeout: 300 });
      const failing = errorOf(running.extract(event(7, 'bad')));
      const after = running.extract(event(8, 'after'));
      expect((await failing).message).toContain('failed on event 7: it took longer than 0.3 s');
      expect(await after).toEqual({ contexts: ['after'] });
    },
  );

  it('names the line that threw', async () => {
    const running = withBody("\nthrow new Error('no');");
    expect((await errorOf(running.extract(event(1)))).message).toContain(
      `${join(projectDir, 'lib/context.ts')}:4:7: it threw: no`,
    );
  });

  it('harms no other extractor', async () => {
    write('export const contextOf = () => ({ contexts: ["other"] });', 'lib/other.ts');
    const others = [made({ ...extractor, module: 'lib/other.ts' }), made(null)];
    const bad = withBody('for (;;) {}');
    const failing = errorOf(bad.extract(event(1)));
    for (const other of others) await other.extract(event(1));
    expect(await others[0]?.extract(event(2))).toEqual({ contexts: ['other'] });
    expect((await failing).code).toBe('context.failed');
  });

  it('is begun anew when it failed between two events', async () => {
    const running = withBody(
      "if (event.value === 'bad') setTimeout(() => { throw new Error('later'); }, 5);\nreturn { contexts: [String(++count)] };",
      'let count = 0;',
    );
    const first = async (value: string): Promise<boolean> =>
      await running.extract(event(1, value)).then(
        (found) => 'contexts' in found && found.contexts[0] === '1',
        () => false, // it failed meanwhile
      );
    await first('bad'); // on a busy machine its end can come before its answer
    const deadline = Date.now() + 30_000;
    let isAnew = false;
    while (!isAnew && Date.now() < deadline) isAnew = await first('good');
    expect(isAnew).toBe(true);
  });
});

describe('an extractor that cannot be loaded', () => {
  it('says that there is no file', async () => {
    const error = await loadFault();
    expect(error.code).toBe('context.not_found');
    expect(error.message).toContain(join(projectDir, 'lib/context.ts'));
    mkdirSync(join(projectDir, 'lib/context.ts'), { recursive: true });
    expect((await loadFault()).code).toBe('context.not_found');
  });

  it.each([
    ['another name', 'export const contextOff = () => 1;', 'is nothing: did you mean "contextOff"?'],
    ['something else', 'export const contextOf = 4, other = 1;', 'is number: '],
    ['nothing', 'export {};', 'is nothing: it exports nothing'],
    ['a member of every object', 'export const toString = 1;', 'is nothing: expected one of toString'],
  ])('says what the file exports: %s', async (_, text, expected) => {
    write(text);
    const error = await loadFault();
    expect(error.code).toBe('context.no_function');
    expect(error.message).toContain(
      `${join(projectDir, 'lib/context.ts')} must export a function "contextOf"`,
    );
    expect(error.message).toContain(expected);
  });

  it('says what the file threw, and where', async () => {
    write(`\nthrow new Error('no such table');`);
    const error = await loadFault();
    expect(error.code).toBe('workflow.threw');
    expect(error.message).toMatch(/lib\/context\.ts:2:7: the context extractor threw: no such table$/);
    write('export enum Color { red }');
    expect((await loadFault()).code).toBe('workflow.unsupported_syntax');
  });

  it.each([
    ['ends its process', 'process.exit(3);', 'exit code 3'],
    ['waits for ever', 'await new Promise(() => {});', 'awaits something that never comes'],
  ])('says that it %s', async (_, text, reason) => {
    write(text);
    const error = await loadFault();
    expect(error.code).toBe('context.not_loaded');
    expect(error.message).toContain(reason);
  });

  it('is refused when it lies outside of the project, also by way of a link', async () => {
    const outside = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow outside ')));
    try {
      writeFileSync(join(outside, 'context.ts'), 'export const contextOf = () => ({ broadcast: true });');
      mkdirSync(join(projectDir, 'lib'));
      symlinkSync(join(outside, 'context.ts'), join(projectDir, 'lib/context.ts'));
      symlinkSync(outside, join(projectDir, 'linked'));
      for (const module of [
        'lib/context.ts',
        'linked/context.ts',
        '../context.ts',
        join(outside, 'context.ts'),
      ]) {
        expect((await loadFault({ module })).code).toBe('path.outside');
      }
    } finally {
      rmSync(outside, { recursive: true });
    }
  });

  it('is found by way of a link within the project', async () => {
    write('export const contextOf = () => ({ broadcast: true });', 'real/context.ts');
    symlinkSync('real', join(projectDir, 'lib'));
    expect(await made(extractor).extract(event(1))).toEqual({ broadcast: true });
  });

  it('fails on each event, until it can be loaded', async () => {
    const running = made(extractor);
    const error = await errorOf(running.extract(event(5)));
    expect(error.code).toBe('context.failed');
    expect(error.message).toContain('failed on event 5: context extractor lib/context.ts is not there');
    write('export const contextOf = () => ({ broadcast: true });');
    expect(await running.extract(event(6))).toEqual({ broadcast: true });
  });

  it('stops loading when it is told to', async () => {
    write('for (;;) {}');
    const controller = new AbortController();
    const loading = loadContextExtractor({ projectDir, extractor, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(loading).rejects.toThrow('enough');
  });
});

describe('an extractor that is closed', () => {
  it('answers nothing more, and may be closed again', async () => {
    const running = withBody('return { broadcast: true };');
    await running.extract(event(1));
    await running.close();
    await running.close();
    expect((await errorOf(running.extract(event(2)))).message).toContain('failed on event 2: it was closed');
  });

  it('answers nothing that was asked before and waits, also while it is busy or loading', async () => {
    const busy = withBody('for (;;) {}');
    const asked = [1, 2].map(async (version) => await errorOf(busy.extract(event(version))));
    const loading = made(extractor);
    const first = errorOf(loading.extract(event(3)));
    await Promise.all([busy.close(), loading.close()]);
    for (const error of await Promise.all([...asked, first]))
      expect(error.message).toContain('it was closed');
  });

  it('is nothing to wait for when it was never used, or is data', async () => {
    await withBody('').close();
    const data = made({ kind: 'field', field: 'value', pointer: '/id' });
    expect(await data.extract(event(1, '{"id":"a"}'))).toEqual({ contexts: ['a'] });
    await data.close();
  });
});
