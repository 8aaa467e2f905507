import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AIFlowError } from '../../src/errors.ts';
import { isAIFlowError } from '../../src/errors.ts';
import { loadDefinition } from '../../src/project/load-definition.ts';

/** A definition finds `@aiflow/core` beside the command: here, this package itself. */
const commandDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
let projectDir: string;

beforeEach(() => {
  projectDir = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow definition (50%) ')));
});
afterEach(() => {
  rmSync(projectDir, { recursive: true, force: true });
});

const good = `import { defineWorkflow } from '@aiflow/core';
export default defineWorkflow('w', (workflow) => {
  workflow.job('a', (job) => { job.node({ jobType: 't', kind: 'K', params: {} }); });
});
`;

function write(path: string, text: string): void {
  const target = join(projectDir, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}

function load(
  options: { timeout?: number; onOutput?: (text: string) => void } = {},
): ReturnType<typeof loadDefinition> {
  return loadDefinition({ projectDir, workflowName: 'w', commandDir, ...options });
}

async function fault(text: string, options: { timeout?: number } = {}): Promise<AIFlowError> {
  write('workflows/w/w.ts', text);
  const error: unknown = await load(options).catch((thrown: unknown) => thrown);
  if (!isAIFlowError(error)) throw new Error('expected an error of ours', { cause: error });
  expect(error.message).not.toContain('\n');
  return error;
}

describe('loading a definition', () => {
  it('gives the graph that the file exports, though the project has installed nothing', async () => {
    write('workflows/w/w.ts', good);
    const graph = await load();
    expect(graph.jobs).toEqual([{ jobName: 'a', jobType: 't', properties: {} }]);
  });

  it('takes JavaScript and files that it imports', async () => {
    write('workflows/w/w.mjs', `export { default } from './other.mjs';`);
    write('workflows/w/other.mjs', good);
    expect((await load()).workflowName).toBe('w');
  });

  it('hands over what the file prints and is not harmed by it', async () => {
    write('workflows/w/w.ts', `console.log('hello'); process.stderr.write('warning');\n${good}`);
    let output = '';
    await load({ onOutput: (text) => (output += text) });
    expect(output).toContain('hello');
    expect(output).toContain('warning');
  });

  it('loses nothing of what the file prints', async () => {
    write(
      'workflows/w/w.ts',
      `for (let line = 0; line < 5000; line++) console.log('line ' + line);\n${good}`,
    );
    let output = '';
    await load({ onOutput: (text) => (output += text) });
    expect(output.trim().split('\n').length).toBe(5000);
  });

  it('says that a definition awaits what never comes', async () => {
    const error = await fault('await new Promise(() => {});\nexport default 1;');
    expect(error.code).toBe('workflow.definition_exited');
    expect(error.message).toContain('awaits something that never comes');
  });

  it('names file and line of what a definition throws', async () => {
    const error = await fault(`\n\nthrow new Error('no such table');\n`);
    expect(error.code).toBe('workflow.threw');
    expect(error.message).toMatch(/workflows\/w\/w\.ts:3:\d+: the definition threw: no such table$/);
  });

  it('names the line in the definition of a mistake in the graph', async () => {
    const error = await fault(`import { defineWorkflow } from '@aiflow/core';
export default defineWorkflow('w', (workflow) => {
  workflow.job('a', (job) => {});
});`);
    expect(error.code).toBe('define.empty_job');
    expect(error.message).toMatch(/w\.ts:3:12: job "a" has no node/);
  });

  it('survives a definition that ends its process', async () => {
    expect((await fault('process.exit(3);')).code).toBe('workflow.definition_exited');
    expect((await fault('process.exit(3);')).message).toContain('exit code 3');
    expect((await fault('process.exit(13);')).message).toContain('exit code 13');
  });

  it('ends a definition that never ends', async () => {
    const looping = await fault('for (;;) {}', { timeout: 1000 });
    expect(looping.code).toBe('workflow.definition_timeout');
    expect(looping.message).toContain('within 1 s, and it never came back from its own code');
    const waiting = await fault('await new Promise(() => setInterval(() => {}, 100));', { timeout: 1000 });
    expect(waiting.code).toBe('workflow.definition_timeout');
    expect(waiting.message).toContain('within 1 s, and it still awaits something');
  });

  it.each([
    ['nothing', 'export const other = 1;'],
    ['object', 'export default {};'],
    ['function', 'export default () => {};'],
  ])('says that the default export is %s and no workflow', async (found, text) => {
    const error = await fault(text);
    expect(error.code).toBe('workflow.no_export');
    expect(error.message).toContain(`its default export is ${found}`);
  });

  it.each(['', '// nothing yet', 'const x = 1;', 'export {};'])(
    'says of a file that holds %j that it exports nothing',
    async (text) => {
      const error = await fault(text);
      expect(error.code).toBe('workflow.no_export');
      expect(error.message).toMatch(/, and it exports nothing$/);
    },
  );

  it('gives what is wrong with a file as a whole as a problem of that file', async () => {
    const file = join(projectDir, 'workflows/w/w.ts');
    for (const text of [
      'export default 1;',
      'process.exit(0);',
      'await new Promise(() => {});',
      good.replace("'w'", "'v'"),
    ]) {
      const { message, problems } = await fault(text);
      expect(problems).toMatchObject([{ file, line: null }]);
      expect(message.startsWith(`${file}: `)).toBe(true);
    }
  });

  it.each([
    ['an enum', 'enum Color { red }\nexport default 1;', 'as const'],
    [
      'a parameter property',
      'class A { constructor(public x: number) {} }\nexport default 1;',
      'in the constructor',
    ],
    ['a namespace', 'namespace N { export const x = 1; }\nexport default 1;', 'plain exports'],
  ])('says what to write instead of %s', async (_, text, remedy) => {
    const error = await fault(text);
    expect(error.code).toBe('workflow.unsupported_syntax');
    expect(error.message).toContain('w.ts');
    expect(error.message).toContain(remedy);
  });

  it('says where the syntax is wrong', async () => {
    const error = await fault('export default {{;');
    expect(error.code).toBe('workflow.syntax');
    expect(error.message).toContain('w.ts');
  });

  it('completes an import without its extension', async () => {
    write('workflows/w/part.ts', 'export const x = 1;');
    const error = await fault(`import { x } from './part';\nexport default x;`);
    expect(error.code).toBe('workflow.import_without_extension');
    expect(error.message).toContain('"./part.ts"');
  });

  it('names the line also in a path with a space, brackets and a percent sign', async () => {
    expect((await fault('\nenum Color { red }\n')).message).toContain('w.ts:2: ');
    expect((await fault('\nthrow new Error("boom");\n')).message).toContain(
      'w.ts:2:7: the definition threw: boom',
    );
  });

  it('names a file that is not there', async () => {
    const error = await fault(`import { x } from './nowhere.ts';\nexport default x;`);
    expect(error.code).toBe('workflow.import_not_found');
    expect(error.message).toContain('./nowhere.ts');
  });

  it('says how a type is imported, which leaves nothing behind when it is stripped', async () => {
    write('workflows/w/part.ts', 'export interface Part {}\nexport const x = 1;');
    const error = await fault(`import { x, Part } from './part.ts';\nexport default x;`);
    expect(error.code).toBe('workflow.import_not_found');
    expect(error.message).toContain(':1');
    expect(error.message).toContain('"./part.ts" does not export "Part"');
    expect(error.message).toContain('"import type { Part }"');
    const unnamed = await fault(`import part from './part.ts';\nexport default part;`);
    expect(unnamed.message).toContain('in braces');
  });

  it('names the package to install', async () => {
    const error = await fault(`import { x } from '@aiflow/job-nothing/plugin';\nexport default x;`);
    expect(error.code).toBe('workflow.package_not_installed');
    expect(error.message).toContain('npm install @aiflow/job-nothing"');
  });

  it('asks for "type": "module" where a package says that it is CommonJS', async () => {
    write('package.json', '{"type": "commonjs"}');
    const error = await fault(good);
    expect(error.code).toBe('workflow.not_a_module');
    expect(error.message).toContain(join(projectDir, 'package.json'));
  });

  it('refuses a workflow of another name than its file', async () => {
    expect((await fault(good.replace(`'w'`, `'v'`))).code).toBe('workflow.other_name');
  });

  it('names the workflow that was probably meant', async () => {
    write('workflows/penguins/penguins.ts', good);
    const error: unknown = await loadDefinition({ projectDir, workflowName: 'pengiuns' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(isAIFlowError(error, 'workflow.not_found') && error.message).toContain('did you mean "penguins"');
  });

  it('refuses a directory where the file should be', async () => {
    mkdirSync(join(projectDir, 'workflows/w/w.ts'), { recursive: true });
    const error: unknown = await load().catch((thrown: unknown) => thrown);
    expect(isAIFlowError(error, 'workflow.not_a_file')).toBe(true);
  });

  it.each(['..', '../w', 'a/b', 'a b', '🐧', 'a'.repeat(300), '', '.w', 'w.', 'a..b', 'w\0'])(
    'refuses the name %j before it looks for a file',
    async (workflowName) => {
      const error: unknown = await loadDefinition({ projectDir, workflowName }).catch(
        (thrown: unknown) => thrown,
      );
      expect(isAIFlowError(error, 'name.invalid')).toBe(true);
    },
  );

  it('stops loading when it is told to', async () => {
    write('workflows/w/w.ts', 'for (;;) {}');
    const controller = new AbortController();
    const loading = loadDefinition({ projectDir, workflowName: 'w', commandDir, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(loading).rejects.toThrow('enough');
  });
});
