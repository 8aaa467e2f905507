import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestRunner } from '../src/index.ts';
import { registrationSuite } from '../src/index.ts';
import { failuresOf } from './collect.ts';

interface Package {
  readonly manifest: Record<string, unknown>;
  readonly index: string;
  readonly plugin: string;
}

const good: Package = {
  manifest: {
    name: 'reference-plugin',
    version: '1.2.3',
    type: 'module',
    keywords: ['aiflow-plugin'],
    sideEffects: ['./index.js'],
    exports: { '.': './index.js', './plugin': './plugin.js' },
    peerDependencies: { '@aiflow/core': '^1.0.0' },
    aiflow: { plugins: [{ kind: 'blob', name: 'reference' }] },
  },
  index: `
    import { registerBlobManager } from '@aiflow/core';
    import { plugin } from './plugin.js';
    export * from './plugin.js';
    registerBlobManager(plugin);
  `,
  plugin: `
    import { pluginOrigin, protocol } from '@aiflow/core';
    const validate = (value) => {
      if (typeof value !== 'object' || value === null) return { issues: [{ message: 'expected an object' }] };
      const [key] = Object.keys(value);
      return key === undefined ? { value } : { issues: [{ message: 'unknown key', path: [key] }] };
    };
    export const plugin = {
      ...pluginOrigin(import.meta.url), kind: 'blob', name: 'reference', protocol, capabilities: { shared: true },
      options: { '~standard': { version: 1, vendor: 'by-hand', validate } },
      create: () => { throw new Error('not in this test'); },
    };
  `,
};

/** A package with one promise broken, and the cases that must notice. */
const mutants: readonly {
  readonly breaks: string;
  readonly change: (good: Package) => Partial<Package>;
  readonly fails: readonly string[];
}[] = [
  {
    breaks: 'it declares another name',
    change: ({ manifest }) => ({
      manifest: { ...manifest, aiflow: { plugins: [{ kind: 'blob', name: 'other' }] } },
    }),
    fails: ['importing the package registers exactly the plugins that its package.json declares'],
  },
  {
    breaks: 'it declares nothing',
    change: ({ manifest }) => ({ manifest: { ...manifest, aiflow: undefined } }),
    fails: [
      'package.json declares its plugins, each with a kind and a name, under the keyword aiflow-plugin',
      'importing the package registers exactly the plugins that its package.json declares',
    ],
  },
  {
    breaks: 'it says another platform of its job plugin',
    change: ({ manifest, index }) => ({
      manifest: {
        ...manifest,
        aiflow: {
          plugins: [
            { kind: 'blob', name: 'reference' },
            { kind: 'job', name: 'reference', engine: 'shell', platform: 'kubernetes' },
          ],
        },
      },
      index: `${index}
        import { registerPlugin } from '@aiflow/core';
        const { create, ...record } = plugin;
        registerPlugin({
          ...record, kind: 'job', jobType: 'reference', engine: 'shell', platform: 'local',
          getJobGenerator: () => null, getJobController: () => null,
        });`,
    }),
    fails: ['the engine and platform that package.json says of a job plugin are its own'],
  },
  {
    breaks: 'it lacks the keyword',
    change: ({ manifest }) => ({ manifest: { ...manifest, keywords: [] } }),
    fails: [
      'package.json declares its plugins, each with a kind and a name, under the keyword aiflow-plugin',
    ],
  },
  ...['1.0.0', '=1.0.0', 'workspace:*'].map((range) => ({
    breaks: `it wants core "${range}"`,
    change: ({ manifest }: Package) => ({
      manifest: { ...manifest, peerDependencies: { '@aiflow/core': range } },
    }),
    fails: ['core is a peer dependency by a range, and nothing that the package brings along'],
  })),
  {
    breaks: 'it brings a core of its own',
    change: ({ manifest }) => ({ manifest: { ...manifest, dependencies: { '@aiflow/core': '^1.0.0' } } }),
    fails: ['core is a peer dependency by a range, and nothing that the package brings along'],
  },
  {
    breaks: 'bundlers may drop its entry',
    change: ({ manifest }) => ({ manifest: { ...manifest, sideEffects: false } }),
    fails: ['the package is an ES module whose entry bundlers must not drop'],
  },
  {
    breaks: 'its ./plugin registers',
    change: ({ plugin }) => ({
      plugin: `import { registerBlobManager } from '@aiflow/core'; ${plugin}; registerBlobManager(plugin);`,
    }),
    fails: ['importing ./plugin registers nothing'],
  },
  {
    breaks: 'it prints when it is imported',
    change: ({ index }) => ({ index: `${index}; console.error('hello');` }),
    fails: ['importing prints nothing and keeps no process alive'],
  },
  {
    breaks: 'its record is of another package',
    change: ({ plugin }) => ({ plugin: plugin.replace('kind:', "package: 'another', kind:") }),
    fails: ['a record names its package, its version and the file that it comes from'],
  },
  {
    breaks: 'a capability is a word',
    change: ({ plugin }) => ({ plugin: plugin.replace('shared: true', "shared: 'yes'") }),
    fails: [
      'a record has the protocol of core, a proper name, declared capabilities and the functions of its kind',
    ],
  },
  {
    breaks: 'its options take any key',
    change: ({ plugin }) => ({ plugin: plugin.replace('key === undefined ?', 'true ?') }),
    fails: [
      'the options are a Standard Schema that refuses a key that it does not know, and what is no object',
    ],
  },
  {
    breaks: 'its options are no Standard Schema',
    change: ({ plugin }) => ({ plugin: plugin.replace("'~standard'", 'standard') }),
    fails: [
      'the options are a Standard Schema that refuses a key that it does not know, and what is no object',
    ],
  },
];

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'aiflow-testkit-'));
});

afterAll(async () => {
  await rm(root, { recursive: true });
});

async function writePackage({ manifest, index, plugin }: Package): Promise<(runner: TestRunner) => void> {
  const directory = await mkdtemp(join(root, 'package-'));
  await mkdir(join(directory, 'node_modules/@aiflow'), { recursive: true });
  const core = fileURLToPath(new URL('../node_modules/@aiflow/core', import.meta.url));
  await symlink(core, join(directory, 'node_modules/@aiflow/core'));
  await writeFile(join(directory, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(directory, 'index.js'), index);
  await writeFile(join(directory, 'plugin.js'), plugin);
  return (runner) => registrationSuite({ ...runner, packageDirectory: pathToFileURL(directory) });
}

/** A package that makes a platform and an engine known, beside its plugin. */
const naming: Package = {
  ...good,
  manifest: {
    ...good.manifest,
    aiflow: {
      plugins: [
        { kind: 'blob', name: 'reference' },
        { kind: 'platform', name: 'kubernetes' },
        { kind: 'engine', name: 'spark' },
      ],
    },
  },
  index: `${good.index}
    import { pluginOrigin, registerEngine, registerPlatform } from '@aiflow/core';
    registerPlatform({ platform: 'kubernetes', description: 'Pods.' }, pluginOrigin(import.meta.url));
    registerEngine({ engine: 'spark' }, pluginOrigin(import.meta.url));
  `,
};

describe('the registration suite', () => {
  for (const [what, pack] of [
    ['a good package', good],
    ['one with a platform and an engine', naming],
  ] as const) {
    it(`finds nothing wrong with ${what}`, async () => {
      expect(await failuresOf(await writePackage(pack), { sideBySide: 2 })).toEqual([]);
    });
  }

  for (const { breaks, change, fails } of mutants) {
    it(`notices that ${breaks}`, async () => {
      const suite = await writePackage({ ...good, ...change(good) });
      expect((await failuresOf(suite, { sideBySide: 2 })).map(({ name }) => name)).toEqual(fails);
    });
  }
});
