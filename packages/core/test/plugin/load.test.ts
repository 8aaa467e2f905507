import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noSettings } from '../../src/compile/config.ts';
import { defineWorkflow } from '../../src/define/workflow.ts';
import { isAIFlowError } from '../../src/errors.ts';
import { discoverPlugins, packageEntry } from '../../src/plugin/discovery.ts';
import { findJobPlugin, getJobPlugin } from '../../src/plugin/find-job-plugin.ts';
import { loadPlugins } from '../../src/plugin/load.ts';
import { loadJobPlugins } from '../../src/project/load-job-plugins.ts';
import { codeOf as codeOfSync } from '../define/drawing.ts';

/** Plugins import `@aiflow/core`; here they find this package itself beside the command. */
const commandDir = dirname(dirname(import.meta.dirname));
let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow-load-')));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, content: string | object): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

/** A package that says that it holds a job plugin; when it is imported it leaves a mark and registers it. */
function writePackage(
  directory: string,
  name: string,
  job: string,
  source: string = registering(name, job),
): void {
  const aiflow = { plugins: [{ kind: 'job', name: job }, { kind: 'nonsense' }] };
  write(`${directory}/package.json`, {
    name,
    version: '1.2.3',
    type: 'module',
    exports: { '.': { import: './main.js' } },
    aiflow,
  });
  write(`${directory}/main.js`, source);
}

function registering(name: string, job: string): string {
  return `import { writeFileSync } from 'node:fs';
import { registerJobPluginFactory } from '@aiflow/core';
writeFileSync(${JSON.stringify(join(root, `imported-${job}`))}, '');
registerJobPluginFactory({
  kind: 'job', name: '${job}', jobType: '${job}', platform: 'local', engine: 'none', package: '${name}', version: '1.2.3',
  location: import.meta.url, protocol: 1, capabilities: {},
  options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
  getJobGenerator: () => null, getJobController: () => null,
});`;
}

// Names are unique, because the registry that packages enter is that of the whole process.
let counter = 0;
const unique = (): string => `job${process.pid}x${counter++}`;

const load = (className: string, plugins: readonly string[] = []): Promise<string[]> =>
  loadPlugins([{ kind: 'job', className }], { projectDir: join(root, 'project'), plugins, commandDir });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (!isAIFlowError(error)) throw new Error('expected an error of ours', { cause: error });
  return error.code;
}

describe('discovery', () => {
  it('reads the dependencies of the project, links and scopes included, and runs nothing', () => {
    write('project/package.json', {
      dependencies: { '@acme/one': '*' },
      devDependencies: { two: '*', none: '*' },
    });
    writePackage('project/node_modules/@acme/one', '@acme/one', 'one');
    writePackage('elsewhere/two', 'two', 'two');
    symlinkSync(join(root, 'elsewhere/two'), join(root, 'project/node_modules/two'));
    writePackage('project/node_modules/three', 'three', 'three');
    expect(discoverPlugins(join(root, 'project'))).toEqual([
      {
        kind: 'job',
        name: 'one',
        package: '@acme/one',
        version: '1.2.3',
        directory: join(root, 'project/node_modules/@acme/one'),
        source: 'project',
      },
      {
        kind: 'job',
        name: 'two',
        package: 'two',
        version: '1.2.3',
        directory: join(root, 'elsewhere/two'),
        source: 'project',
      },
    ]);
    expect(existsSync(join(root, 'imported-one'))).toBe(false);
  });

  it('finds dependencies that are installed above the project, and those that it is told of', () => {
    write('package.json', { dependencies: { one: '*' } });
    writePackage('node_modules/one', 'one', 'one');
    writePackage('node_modules/told', 'told', 'told');
    mkdirSync(join(root, 'project'));
    expect(
      discoverPlugins(join(root, 'project'), { packages: ['told'] }).map((plugin) => plugin.name),
    ).toEqual(['told', 'one']);
  });

  it('then looks at what is installed beside the command', () => {
    write('project/package.json', { dependencies: { one: '*' } });
    writePackage('project/node_modules/one', 'one', 'one');
    writePackage('global/node_modules/@acme/two', '@acme/two', 'two');
    write('global/node_modules/@aiflow/cli/package.json', { name: '@aiflow/cli' });
    const found = discoverPlugins(join(root, 'project'), {
      commandDir: join(root, 'global/node_modules/@aiflow/cli'),
    });
    expect(found.map((plugin) => [plugin.name, plugin.source])).toEqual([
      ['one', 'project'],
      ['two', 'command'],
    ]);
  });

  it.each([
    [{ exports: './a.js' }, 'a.js'],
    [{ exports: { '.': { types: './a.d.ts', node: { import: './a.js' }, default: './b.js' } } }, 'a.js'],
    [{ exports: { browser: './b.js', default: './a.js' } }, 'a.js'],
    [{ main: './a.js' }, 'a.js'],
    [{}, 'index.js'],
  ])('takes the entry that import would: %j', (manifest, entry) => {
    write('package/package.json', manifest);
    expect(packageEntry(join(root, 'package'))).toBe(join(root, 'package', entry));
  });
});

describe('loading the plugins of a workflow', () => {
  /** A package with a job plugin of the engine `engine` on a platform; it says both, and leaves a mark. */
  function writeRunner(place: string, name: string, engine: string, platform: string): void {
    const source = registering(name, name)
      .replace("engine: 'none'", `engine: '${engine}'`)
      .replace("platform: 'local'", `platform: '${platform}'`);
    writePackage(`${place}/node_modules/${name}`, name, name, source);
    const aiflow = { plugins: [{ kind: 'job', name, engine, platform }] };
    write(`${place}/node_modules/${name}/package.json`, {
      name,
      version: '1.2.3',
      type: 'module',
      exports: './main.js',
      aiflow,
    });
  }

  const imported = (name: string): boolean => existsSync(join(root, `imported-${name}`));

  /** Loads what a workflow of one job needs, whose processors are of `own` and whose YAML says `said`. */
  async function loadFor(
    own: string,
    said: { readonly platform?: string; readonly jobType?: string },
    command = commandDir,
  ): Promise<void> {
    const { jobType = null, ...config } = said;
    const graph = defineWorkflow('w', (workflow) => {
      workflow.job('a', (job) => void job.node({ jobType: own, kind: 'step', params: {} }));
    });
    const jobs = new Map([['a', { jobType, properties: {}, config }]]);
    const options = { projectDir: join(root, 'project'), plugins: [], commandDir: command };
    await loadJobPlugins(graph, { ...noSettings, jobs }, options);
  }

  it('imports that of the same engine on the platform which is named, and no other', async () => {
    const [own, pods, yarn, engine] = [unique(), unique(), unique(), unique()];
    write('project/package.json', { dependencies: { [own]: '*', [pods]: '*', [yarn]: '*' } });
    writeRunner('project', own, engine, 'local');
    writeRunner('project', pods, engine, 'kubernetes');
    writeRunner('project', yarn, engine, 'yarn');
    expect(discoverPlugins(join(root, 'project')).map((plugin) => [plugin.engine, plugin.platform])).toEqual([
      [engine, 'local'],
      [engine, 'kubernetes'],
      [engine, 'yarn'],
    ]);
    await loadFor(own, { platform: 'kubernetes' });
    expect([own, pods, yarn].map(imported)).toEqual([true, true, false]);
    expect(findJobPlugin({ engine, platform: 'kubernetes' })?.name).toBe(pods);
    await loadFor(own, { jobType: yarn });
    expect(imported(yarn)).toBe(true);
  });

  it('takes all that the project has for the pair, so that none is chosen by chance', async () => {
    const [own, one, two, engine] = [unique(), unique(), unique(), unique()];
    write('project/package.json', { dependencies: { [own]: '*', [one]: '*', [two]: '*' } });
    writeRunner('project', own, engine, 'local');
    writeRunner('project', one, engine, 'kubernetes');
    writeRunner('project', two, engine, 'kubernetes');
    await loadFor(own, { platform: 'kubernetes' });
    expect(codeOfSync(() => findJobPlugin({ engine, platform: 'kubernetes' }))).toBe('plugin.ambiguous');
  });

  it('takes one that is installed beside the command only where the project has none', async () => {
    const [own, beside, engine] = [unique(), unique(), unique()];
    write('project/package.json', { dependencies: { [own]: '*' } });
    writeRunner('project', own, engine, 'local');
    writeRunner('global', beside, engine, 'local');
    writeRunner('global', `${beside}_pods`, engine, 'kubernetes');
    mkdirSync(join(root, 'global/node_modules/@aiflow'));
    symlinkSync(commandDir, join(root, 'global/node_modules/@aiflow/core'));
    await loadFor(own, { platform: 'kubernetes' }, join(root, 'global'));
    expect([beside, `${beside}_pods`].map(imported)).toEqual([false, true]);
  });

  it('asks all that is installed for what it may be called, when there is none', async () => {
    const [own, pods, engine] = [unique(), unique(), unique()];
    write('project/package.json', { dependencies: { [own]: '*', [pods]: '*' } });
    writeRunner('project', own, engine, 'local');
    writeRunner('project', pods, engine, 'kubernetes');
    await loadFor(own, { platform: 'kubernets' });
    expect(codeOfSync(() => getJobPlugin({ engine, platform: 'kubernets' }))).toBe('plugin.unknown_platform');
    expect(getJobPlugin({ engine, platform: 'kubernetes' }).name).toBe(pods);
  });
});

describe('loading plugins', () => {
  it('imports what is wanted and nothing else', async () => {
    const [wanted, other] = [unique(), unique()];
    write('project/package.json', { dependencies: { [wanted]: '*', [other]: '*' } });
    writePackage(`project/node_modules/${wanted}`, wanted, wanted);
    writePackage(`project/node_modules/${other}`, other, other);
    expect(await load(wanted)).toEqual([wanted]);
    expect(existsSync(join(root, `imported-${wanted}`))).toBe(true);
    expect(existsSync(join(root, `imported-${other}`))).toBe(false);
  });

  it('takes a package for a short name', async () => {
    const name = unique();
    write('project/package.json', { dependencies: { [`@acme/${name}`]: '*' } });
    writePackage(`project/node_modules/@acme/${name}`, `@acme/${name}`, name);
    expect(await load(`@acme/${name}`)).toEqual([name]);
  });

  it('names the package to install', async () => {
    write('project/package.json', {});
    const error: unknown = await load('spark').catch((thrown: unknown) => thrown);
    expect(isAIFlowError(error, 'plugin.not_installed') && error.message).toContain(
      'npm install @aiflow/job-spark',
    );
  });

  it('names the installed plugin that was probably meant', async () => {
    const name = unique();
    write('project/package.json', { dependencies: { [name]: '*' } });
    writePackage(`project/node_modules/${name}`, name, name);
    const error: unknown = await load(`${name}x`).catch((thrown: unknown) => thrown);
    expect(isAIFlowError(error, 'plugin.not_installed') && error.message).toContain(
      `did you mean "${name}"?`,
    );
  });

  it('says where it looked for a file that is not there, and nothing of its own files', async () => {
    const error: unknown = await load('x', ['./none.ts']).catch((thrown: unknown) => thrown);
    expect(isAIFlowError(error, 'plugin.load_failed') && error.message).toMatch(
      /expected a file at \S+\/none\.ts, and there is none/,
    );
    expect(isAIFlowError(error) && error.message).not.toContain('load.ts');
  });

  it('says which plugin breaks, does not register, or has no entry', async () => {
    const [breaks, silent, empty] = [unique(), unique(), unique()];
    write('project/package.json', { dependencies: { [breaks]: '*', [silent]: '*', [empty]: '*' } });
    writePackage(`project/node_modules/${breaks}`, breaks, breaks, 'throw new Error("broken");');
    writePackage(`project/node_modules/${silent}`, silent, silent, 'export {};');
    writePackage(`project/node_modules/${empty}`, empty, empty);
    write(`project/node_modules/${empty}/package.json`, {
      name: empty,
      version: '1.0.0',
      exports: { './other': './other.js' },
      aiflow: { plugins: [{ kind: 'job', name: empty }] },
    });
    expect(await codeOf(load(breaks))).toBe('plugin.load_failed');
    expect(await codeOf(load(silent))).toBe('plugin.did_not_register');
    expect(await codeOf(load(empty))).toBe('plugin.load_failed');
    expect(await codeOf(load('x', ['./none.ts']))).toBe('plugin.load_failed');
  });

  it('takes no file from outside of the project, also by way of a link', async () => {
    const name = unique();
    mkdirSync(join(root, 'project/plugins'), { recursive: true });
    write('outside.mjs', registering('p', name));
    symlinkSync('../../outside.mjs', join(root, 'project/plugins/linked.mjs'));
    expect(await codeOf(load(name, ['../outside.mjs']))).toBe('path.outside');
    expect(await codeOf(load(name, [join(root, 'outside.mjs')]))).toBe('path.outside');
    expect(await codeOf(load(name, ['./plugins/linked.mjs']))).toBe('plugin.load_failed');
    expect(existsSync(join(root, `imported-${name}`))).toBe(false);
  });
});

it.each(['./plugins', './plugins/a.json', './plugins/a'])('%s is no module of a plugin', async (file) => {
  write('project/plugins/a', `throw new Error('imported');`);
  write('project/plugins/a.json', '{}');
  const error: unknown = await load(unique(), [file]).catch((caught: unknown) => caught);
  expect(isAIFlowError(error, 'plugin.load_failed') && error.message).toMatch(/expected a module, .* \.mjs$/);
});

it.each([
  [
    'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
    'TypeScript enum is not supported',
    /"const Color = .* instead of an enum$/,
  ],
  ['ERR_INVALID_TYPESCRIPT_SYNTAX', 'x', /^not valid TypeScript: x$/],
])('%s in the file of a plugin is explained as in a definition', async (code, message, words) => {
  const thrown = `throw Object.assign(new Error('${message}'), { code: '${code}' });`;
  write(`project/plugins/${code}.mjs`, thrown);
  const error: unknown = await load(unique(), [`./plugins/${code}.mjs`]).catch((caught: unknown) => caught);
  if (!isAIFlowError(error, 'plugin.load_failed'))
    throw new Error('expected plugin.load_failed', { cause: error });
  expect(error.message.replace(/^.* could not be imported: /, '')).toMatch(words);
});
