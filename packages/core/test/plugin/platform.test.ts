import { describe, expect, it } from 'vitest';
import type { PluginRegistry } from '../../src/index.ts';
import {
  createRegistry,
  findJobPlugin,
  findPlugin,
  getJobPlugin,
  knownEngines,
  knownPlatforms,
  registerEngine,
  registerPlatform,
  registerPlugin,
} from '../../src/index.ts';
import { errorOf } from '../thrown.ts';
import { jobRecord } from './records.ts';

const origin = { package: 'platforms', version: '1.0.0', location: 'file:///app/platforms/index.js' };
const elsewhere = { package: 'others', version: '1.0.0', location: 'file:///app/others/index.js' };

function job(jobType: string, engine: string, platform: string): ReturnType<typeof jobRecord> {
  const place = { package: `job-${jobType}`, location: `file:///app/job-${jobType}/index.js` };
  return jobRecord({ name: jobType, jobType, engine, platform, ...place });
}

function registryOf(...jobs: readonly ReturnType<typeof jobRecord>[]): PluginRegistry {
  const registry = createRegistry();
  for (const each of jobs) registerPlugin(each, registry);
  return registry;
}

describe('platforms and engines', () => {
  it('are known when they are registered, and when a job plugin is for them', () => {
    const registry = registryOf(job('bash', 'cmd_line', 'local'));
    registerPlatform({ platform: 'kubernetes', description: 'Pods of a cluster.' }, origin, registry);
    registerEngine({ engine: 'spark' }, origin, registry);
    expect(knownPlatforms(registry)).toEqual(['kubernetes', 'local']);
    expect(knownEngines(registry)).toEqual(['cmd_line', 'spark']);
    expect(findPlugin('platform', 'kubernetes', registry)).toMatchObject({
      ...origin,
      description: 'Pods of a cluster.',
    });
    expect(findPlugin('engine', 'kubernetes', registry)).toBeNull();
  });

  it('take the same place again, and refuse every other claim to the name', () => {
    const registry = createRegistry();
    registerPlatform({ platform: 'yarn' }, origin, registry);
    registerPlatform({ platform: 'yarn' }, origin, registry);
    const { message } = errorOf(
      () => registerPlatform({ platform: 'yarn' }, elsewhere, registry),
      'plugin.name_taken',
    );
    expect(message).toMatch(/^platform "yarn" is already registered by platforms@1.0.0/);
    registerEngine({ engine: 'yarn' }, elsewhere, registry); // an engine is no platform
  });

  it("are classes as the documents' are, or objects", () => {
    class Kubernetes {
      readonly pods = 1;
      static platform(): string {
        return 'kubernetes';
      }
    }
    class Spark {
      readonly cores = 1;
      static readonly engine = 'spark';
    }
    const registry = createRegistry();
    expect(registerPlatform(Kubernetes, origin, registry).name).toBe('kubernetes');
    expect(registerEngine(Spark, origin, registry).name).toBe('spark');
  });

  it.each([
    ['no name', {}, 'plugin.invalid'],
    ['nothing', null, 'plugin.invalid'],
    ['a number', { platform: 1 }, 'plugin.invalid'],
    ['a name that is none', { platform: '../x' }, 'name.invalid'],
    ['a name of a megabyte', { platform: 'x'.repeat(1 << 20) }, 'name.invalid'],
    ['a description that is no text', { platform: 'x', description: 1 }, 'plugin.invalid'],
  ])('are refused with %s', (_, given, code) => {
    const { message } = errorOf(() => registerPlatform(given as never, origin, createRegistry()), code);
    expect(message.length).toBeLessThan(300);
  });
});

describe('a job plugin by its engine and platform', () => {
  const registry = registryOf(
    job('python', 'python', 'local'),
    job('python_pods', 'python', 'kubernetes'),
    job('bash', 'cmd_line', 'local'),
    job('zsh', 'cmd_line', 'local'),
  );
  registerEngine({ engine: 'spark' }, origin, registry);
  registerPlatform({ platform: 'yarn' }, origin, registry);

  it('is found by the pair, and is null when nothing joins the two', () => {
    expect(findJobPlugin({ engine: 'python', platform: 'kubernetes' }, registry)?.jobType).toBe(
      'python_pods',
    );
    expect(findJobPlugin({ engine: 'cmd_line', platform: 'kubernetes' }, registry)).toBeNull();
    expect(getJobPlugin({ platform: 'kubernetes' }, registry).jobType).toBe('python_pods');
  });

  it('is ambiguous where several share the pair, and then its job type tells', () => {
    const pair = { engine: 'cmd_line', platform: 'local' };
    const { message, context } = errorOf(() => findJobPlugin(pair, registry), 'plugin.ambiguous');
    expect(message).toMatch(/write job_type.*"bash" \(job-bash\), "zsh" \(job-zsh\)/);
    expect(context['jobTypes']).toEqual(['bash', 'zsh']);
    errorOf(() => getJobPlugin(pair, registry), 'plugin.ambiguous');
    expect(getJobPlugin({ ...pair, jobType: 'zsh' }, registry).jobType).toBe('zsh');
  });

  it.each([
    [{ platform: 'kubernets' }, 'plugin.unknown_platform', /"kubernets": did you mean "kubernetes"\?/],
    [
      { engine: 'flink', platform: 'local' },
      'plugin.unknown_engine',
      /expected one of cmd_line, python, spark, or install a plugin for it/,
    ],
    [{ engine: 'python', platform: 'yarn' }, 'plugin.not_registered', /python can run on: kubernetes, local/],
    [{ engine: 'spark', platform: 'yarn' }, 'plugin.not_registered', /spark can run on: nowhere/],
    [{ jobType: 'pyhton' }, 'plugin.not_registered', /"python"/],
    [
      { jobType: 'bash', platform: 'kubernetes' },
      'plugin.not_registered',
      /on platform local, not on platform kub/,
    ],
  ])('that is not there is told of: %j', (query, code, message) => {
    expect(errorOf(() => getJobPlugin(query, registry), code).message).toMatch(message);
  });
});
