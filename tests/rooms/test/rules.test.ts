import { describe, expect, it } from 'vitest';
import { rules } from '../src/rules.ts';
import type { Import, Manifest, Package, SourceFile, Workspace } from '../src/workspace.ts';

// A house where every rule holds; each test below breaks one of them.
const said: Omit<Manifest, 'name'> = {
  type: 'module',
  license: 'Apache-2.0',
  description: 'What it is.',
  engines: { node: '>=22.18' },
  files: ['dist'],
  sideEffects: false,
  exports: { '.': './dist/index.js', './package.json': './package.json' },
  publishConfig: { access: 'public' },
};
const core = pack('core', { dependencies: { yaml: 'catalog:' } }, [
  file('src/index.ts', './define/job.ts', 'yaml'),
  file('src/define/job.ts', { type: './graph.ts' }),
  file('src/define/graph.ts', './job.ts'),
]);
const peer = { '@aiflow/core': 'workspace:^' };
const library = { peerDependencies: peer, devDependencies: peer };
const takesProgram = { ...library, optionalDependencies: { '@aiflow/process-linux-x64': 'workspace:^' } };
const shared = [
  pack('snapshot', library, [file('src/index.ts')]),
  pack('process', takesProgram, [file('src/index.ts')]),
];
const platform = pack('process-linux-x64', { os: ['linux'], cpu: ['x64'] });
const pluginManifest: Partial<Manifest> = {
  keywords: ['aiflow-plugin'],
  aiflow: { plugins: [{ kind: 'job', name: 'bash' }] },
  sideEffects: ['./dist/index.js'],
  exports: { '.': './dist/index.js', './plugin': './dist/plugin.js', './package.json': './package.json' },
  dependencies: { '@aiflow/process': 'workspace:^' },
  peerDependencies: peer,
  devDependencies: peer,
};
const plugin = pack('job-bash', pluginManifest, [
  file('src/index.ts', './plugin.ts'),
  file('src/plugin.ts', '@aiflow/core', '@aiflow/process'),
]);
const cli = pack('cli', { dependencies: peer }, [file('src/bin.ts', '@aiflow/core')]);
const client = pack('client', { dependencies: peer }, [file('src/index.ts', { type: '@aiflow/core' })]);
const house: Workspace = { packages: [core, ...shared, platform, plugin, cli, client] };

describe('a house where every rule holds', () => {
  it.each(Object.entries(rules))('%s', (_sentence, rule) => {
    expect(rule(house)).toEqual([]);
  });
});

interface Broken {
  readonly rule: string;
  readonly how: string;
  readonly by: Package;
  readonly where: string;
}

const broken: readonly Broken[] = [
  {
    rule: 'core uses none of our packages and at most five others',
    how: 'core imports a plugin',
    by: pack('core', {}, [file('src/index.ts', '@aiflow/job-bash')]),
    where: 'packages/core/src/index.ts:1',
  },
  {
    rule: 'core uses none of our packages and at most five others',
    how: 'core has six dependencies',
    by: pack('core', {
      dependencies: Object.fromEntries('abcdef'.split('').map((name) => [name, 'catalog:'])),
    }),
    where: 'packages/core/package.json',
  },
  {
    rule: 'what stands on core has it as a peer dependency',
    how: 'a plugin brings its own core',
    by: pack('job-bash', { ...pluginManifest, dependencies: peer }),
    where: 'packages/job-bash/package.json',
  },
  {
    rule: 'what stands on core has it as a peer dependency',
    how: 'a plugin wants one exact core',
    by: pack('job-bash', { ...pluginManifest, peerDependencies: { '@aiflow/core': 'workspace:*' } }),
    where: 'packages/job-bash/package.json',
  },
  {
    rule: 'what stands on core has it as a peer dependency',
    how: 'a library forgets its peer',
    by: pack('snapshot', {}),
    where: 'packages/snapshot/package.json',
  },
  {
    rule: 'a plugin uses core and at most one of snapshot and process',
    how: 'a plugin uses both',
    by: pack('job-bash', pluginManifest, [file('src/plugin.ts', '@aiflow/snapshot', '@aiflow/process')]),
    where: 'packages/job-bash/package.json',
  },
  {
    rule: 'a plugin uses core and at most one of snapshot and process',
    how: 'a plugin imports the command line, for a type',
    by: pack('job-bash', pluginManifest, [file('src/plugin.ts', { type: '@aiflow/cli' })]),
    where: 'packages/job-bash/src/plugin.ts:1',
  },
  {
    rule: 'a plugin uses core and at most one of snapshot and process',
    how: 'a shared library uses the other one',
    by: pack('snapshot', { peerDependencies: peer, dependencies: { '@aiflow/process': 'workspace:^' } }),
    where: 'packages/snapshot/package.json',
  },
  {
    rule: 'a program for one platform is optional',
    how: 'nobody takes it along',
    by: pack('process', library, [file('src/index.ts')]),
    where: 'packages/process-linux-x64/package.json',
  },
  {
    rule: 'a program for one platform is optional',
    how: 'there is code in it',
    by: pack('process-linux-x64', { os: ['linux'] }, [file('src/index.ts')]),
    where: 'packages/process-linux-x64/src/index.ts',
  },
  {
    rule: 'a program for one platform is optional',
    how: 'it needs something else',
    by: pack('process-linux-x64', { os: ['linux'], peerDependencies: peer }),
    where: 'packages/process-linux-x64/package.json',
  },
  {
    rule: 'cli and server use no plugin',
    how: 'cli imports a plugin',
    by: pack('cli', {}, [file('src/bin.ts', '@aiflow/core', '@aiflow/job-bash/plugin')]),
    where: 'packages/cli/src/bin.ts:2',
  },
  {
    rule: 'cli and server use no plugin',
    how: 'cli depends on a plugin',
    by: pack('cli', { dependencies: { '@aiflow/job-bash': 'workspace:^' } }),
    where: 'packages/cli/package.json',
  },
  {
    rule: 'client takes only types from us',
    how: 'client imports code of core',
    by: pack('client', {}, [file('src/index.ts', '@aiflow/core')]),
    where: 'packages/client/src/index.ts:1',
  },
  {
    rule: 'what src/ imports is declared',
    how: 'a package is in devDependencies alone',
    by: pack('core', { devDependencies: { yaml: 'catalog:' } }, [file('src/index.ts', 'yaml')]),
    where: 'packages/core/src/index.ts:1',
  },
  {
    rule: 'relative imports stay in src/',
    how: 'a file reaches into another package',
    by: pack('cli', {}, [file('src/bin.ts', '../../core/src/index.ts')]),
    where: 'packages/cli/src/bin.ts:1',
  },
  {
    rule: 'no file imports itself by way of others',
    how: 'three files import each other in a circle',
    by: pack('core', {}, [
      file('src/index.ts', './a.ts'),
      file('src/a.ts', './b.ts'),
      file('src/b.ts', './a.ts'),
    ]),
    where: 'packages/core/src/a.ts',
  },
  {
    rule: 'the folders of core are the steps of the way',
    how: 'core gets a folder of another name',
    by: pack('core', {}, [file('src/stuff/thing.ts')]),
    where: 'packages/core/src/stuff',
  },
  {
    rule: 'a file is named after its idea',
    how: 'a file is named utils.ts',
    by: pack('cli', {}, [file('src/utils.ts')]),
    where: 'packages/cli/src/utils.ts',
  },
  {
    rule: 'every manifest is whole',
    how: 'a package forgets which Node it needs',
    by: pack('cli', { engines: {} }),
    where: 'packages/cli/package.json',
  },
  {
    rule: 'a plugin says what it is',
    how: 'a plugin has no keyword',
    by: pack('job-bash', { ...pluginManifest, keywords: [] }, [file('src/plugin.ts')]),
    where: 'packages/job-bash/package.json',
  },
  {
    rule: 'a plugin says what it is',
    how: 'a plugin has a kind that does not exist',
    by: pack('job-bash', { ...pluginManifest, aiflow: { plugins: [{ kind: 'jobs', name: 'bash' }] } }, [
      file('src/plugin.ts'),
    ]),
    where: 'packages/job-bash/package.json',
  },
  {
    rule: 'a plugin says what it is',
    how: 'a job plugin names no plugin',
    by: pack('job-bash', { ...pluginManifest, aiflow: {} }),
    where: 'packages/job-bash/package.json',
  },
  {
    rule: 'a plugin says what it is',
    how: 'a bundler would drop the registration',
    by: pack('job-bash', { ...pluginManifest, sideEffects: false }, [file('src/plugin.ts')]),
    where: 'packages/job-bash/package.json',
  },
  {
    rule: 'a library is free of side effects',
    how: 'a library names a file with side effects',
    by: pack('snapshot', { sideEffects: ['./dist/index.js'] }),
    where: 'packages/snapshot/package.json',
  },
  {
    rule: 'a peer of ours is installed here',
    how: 'a library forgets to develop against its peer',
    by: pack('snapshot', { peerDependencies: peer }),
    where: 'packages/snapshot/package.json',
  },
  {
    rule: 'every package has a README that says how to install it',
    how: 'a package has none',
    by: { ...pack('cli', {}), readme: null },
    where: 'packages/cli/README.md',
  },
  {
    rule: 'every package has a README that says how to install it',
    how: 'the README of another package was copied',
    by: { ...pack('cli', {}), readme: readmeOf('@aiflow/core') },
    where: 'packages/cli/README.md',
  },
  {
    rule: 'versions come from the catalog',
    how: 'a version is written in the package',
    by: pack('cli', { dependencies: { yaml: '^2.0.0' } }),
    where: 'packages/cli/package.json',
  },
  {
    rule: 'versions come from the catalog',
    how: 'our own package is taken from the registry',
    by: pack('cli', { dependencies: { '@aiflow/core': '^1.0.0' } }),
    where: 'packages/cli/package.json',
  },
  {
    rule: 'versions come from the catalog',
    how: 'a private package of ours is looked for in the catalog',
    by: pack('cli', { devDependencies: { '@aiflow-private/engines': 'catalog:' } }),
    where: 'packages/cli/package.json',
  },
];

describe('a house where a rule is broken', () => {
  it.each(broken)('$rule: seen when $how', ({ rule, by, where }) => {
    const others = house.packages.filter(({ folder }) => folder !== by.folder);
    const problems = rules[rule]?.({ packages: [...others, by] }) ?? [];
    expect(problems.map((problem) => problem.where)).toContain(where);
  });

  it('has an example for every rule', () => {
    expect(new Set(broken.map(({ rule }) => rule))).toEqual(new Set(Object.keys(rules)));
  });
});

function pack(folder: string, manifest: Partial<Manifest>, files: readonly SourceFile[] = []): Package {
  const name = `@aiflow/${folder}`;
  return { folder, manifest: { ...said, name, ...manifest }, readme: readmeOf(name), files };
}

function readmeOf(name: string): string {
  return `# ${name}\n\nWhat it is.\n\n\`\`\`sh\nnpm install ${name}\n\`\`\`\n`;
}

/** A file that imports these, one on each line. */
function file(path: string, ...specifiers: readonly (string | { readonly type: string })[]): SourceFile {
  const imports = specifiers.map((one, index): Import => {
    const specifier = typeof one === 'string' ? one : one.type;
    return { specifier, line: index + 1, typeOnly: typeof one !== 'string' };
  });
  return { path, imports };
}
