import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as Core from '../../src/index.ts';
import {
  createRegistry,
  findPlugin,
  getPlugin,
  listPlugins,
  protocol,
  registerPlugin,
} from '../../src/index.ts';
import { codeOf } from '../define/drawing.ts';
import { errorOf } from '../thrown.ts';
import { blobRecord, jobRecord } from './records.ts';

describe('a registry', () => {
  it('gives a plugin by kind and name, and lists all in one order', () => {
    const registry = createRegistry();
    registerPlugin(jobRecord(), registry);
    registerPlugin(blobRecord({ name: 'local' }), registry);
    registerPlugin(blobRecord(), registry);
    expect(findPlugin('job', 'fake', registry)?.package).toBe('job-fake');
    expect(findPlugin('blob', 'fake', registry)).toBeNull();
    expect(listPlugins(registry).map(({ kind, name }) => `${kind}:${name}`)).toEqual([
      'blob:local',
      'blob:s3',
      'job:fake',
    ]);
  });

  it('takes the same package from the same place again and keeps the first', () => {
    const registry = createRegistry();
    const first = blobRecord();
    registerPlugin(first, registry);
    registerPlugin(blobRecord(), registry);
    expect(findPlugin('blob', 's3', registry)).toBe(first);
  });

  it.each([
    ['another package', { package: 'other-s3', location: 'file:///app/other.js' }, /remove one/],
    [
      'a second copy of the package',
      { location: 'file:///app/nested/node_modules/blob-s3/index.js' },
      /npm dedupe/,
    ],
  ])('refuses a taken name to %s, naming both and the fix', (_, claim, fix) => {
    const registry = createRegistry();
    registerPlugin(blobRecord(), registry);
    const claimant = blobRecord(claim);
    const { message } = errorOf(() => registerPlugin(claimant, registry), 'plugin.name_taken');
    expect(message).toContain(blobRecord().location);
    expect(message).toContain(claimant.location);
    expect(message).toMatch(fix);
  });

  it('refuses another protocol, naming both and what to do', () => {
    const record = blobRecord({ protocol: protocol + 1 });
    const { message } = errorOf(() => registerPlugin(record, createRegistry()), 'plugin.protocol');
    expect(message).toMatch(new RegExp(`protocol ${protocol + 1} .*speaks ${protocol}: install`));
  });

  it.each([
    ['nothing', undefined],
    ['an unknown kind', blobRecord({ kind: 'other' })],
    ['no name', blobRecord({ name: undefined })],
    ['no create', blobRecord({ create: undefined })],
    ['no options', blobRecord({ options: null })],
    ['no capabilities', blobRecord({ capabilities: undefined })],
    ['no location', blobRecord({ location: undefined })],
    ['no platform', jobRecord({ platform: undefined })],
    ['no generator', jobRecord({ getJobGenerator: undefined })],
    ['a job type that is not the name', jobRecord({ jobType: 'other' })],
  ])('refuses a record with %s', (_, record) => {
    const registry = createRegistry();
    expect(codeOf(() => registerPlugin(record as Core.Plugin, registry))).toBe('plugin.invalid');
    expect(listPlugins(registry)).toEqual([]);
  });

  it('names every member that a record lacks', () => {
    const record = jobRecord({ engine: undefined, getJobController: undefined });
    const { context } = errorOf(() => registerPlugin(record, createRegistry()), 'plugin.invalid');
    expect(context['missing']).toEqual(['engine', 'getJobController']);
  });

  it('says of an unknown plugin what is registered and what to install', () => {
    const registry = createRegistry();
    registerPlugin(blobRecord(), registry);
    const { message } = errorOf(() => getPlugin('blob', 'hdfs', registry), 'plugin.not_registered');
    expect(message).toMatch(/"s3".*npm install @aiflow\/blob-hdfs/);
  });
});

describe('two copies of core', () => {
  let root: string;
  let copies: readonly (typeof Core)[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'aiflow-core-'));
    const corePackage = fileURLToPath(new URL('../..', import.meta.url));
    const load = async (name: string): Promise<typeof Core> => {
      const directory = join(root, name);
      for (const part of ['package.json', 'dist', 'node_modules']) {
        await cp(join(corePackage, part), join(directory, part), {
          recursive: true,
          verbatimSymlinks: part !== 'node_modules',
          dereference: part === 'node_modules',
        });
      }
      return (await import(pathToFileURL(join(directory, 'dist/index.js')).href)) as typeof Core;
    };
    copies = [await load('first'), await load('second')];
  });

  afterAll(async () => {
    await rm(root, { recursive: true });
  });

  it('share one registry', () => {
    const [first, second] = copies;
    expect(first?.registerPlugin).not.toBe(second?.registerPlugin);
    first?.registerPlugin(blobRecord({ name: 'shared-by-copies' }));
    expect(second?.findPlugin('blob', 'shared-by-copies')?.package).toBe('blob-s3');
    second?.registerPlugin(blobRecord({ name: 'shared-by-copies' })); // the same again, by the other copy
    expect(() =>
      second?.registerPlugin(blobRecord({ name: 'shared-by-copies', package: 'p', location: 'l' })),
    ).toThrow(/already registered/);
  });

  it("know each other's errors and graphs", () => {
    const [first, second] = copies;
    const error = first && new first.AIFlowError('some.code', 'text');
    expect(error instanceof (second?.AIFlowError ?? Error)).toBe(false);
    expect(second?.isAIFlowError(error, 'some.code')).toBe(true);
    const graph = first?.defineWorkflow('w', (workflow) => {
      workflow.job('j', (job) => void job.node({ jobType: 'fake', kind: 'step', params: {} }));
    });
    expect(second?.graphVersionOf(graph)).toBe(second?.graphVersion);
  });
});
