import type { JobBuilder } from '@aiflow/core';
import type { JobPluginSuiteOptions } from '@aiflow/testkit';
import { jobPluginSuite } from '@aiflow/testkit';
import { describe, it } from 'vitest';
import type { FlinkProperties } from '../src/index.ts';
import { flinkJava } from '../src/index.ts';
import { flinkJobPlugin } from '../src/plugin.ts';
import type { ClusterWithJar } from './cluster.ts';
import { runningOn } from './cluster.ts';

/** Draws a job that runs the fixture, which does what its arguments say. */
export function drawCount(...args: readonly string[]): (job: JobBuilder) => void {
  const count = flinkJava({ mainJarFile: 'count.jar', entryClass: 'fixture.Count', args });
  return (job) => void job.node(count, { name: 'count' });
}

/** The files of a project with the fixture's jar. */
export function countFiles(jar: Buffer): Readonly<Record<string, Buffer>> {
  return { 'dependencies/jar/count.jar': jar };
}

export interface JavaSuiteOptions extends Pick<JobPluginSuiteOptions, 'patience' | 'killAfter'> {
  /** How the job comes to the cluster. */
  readonly properties: FlinkProperties;
  /** The same with the secret of the suite. */
  readonly withSecret: FlinkProperties;
}

/** Declares the job suite for the fixture; `engine` is null where its tests are skipped. */
export function javaSuite(
  engine: ClusterWithJar | null,
  { properties, withSecret, ...timing }: JavaSuiteOptions,
): void {
  jobPluginSuite({
    describe,
    it,
    factory: flinkJobPlugin,
    module: new URL('../src/plugin.ts', import.meta.url),
    files: countFiles(engine?.jar ?? Buffer.alloc(0)),
    runningOf: runningOn(() => engine?.cluster.url ?? ''),
    jobs: {
      succeeds: {
        draw: drawCount('succeed'),
        properties: { ...properties },
        values: { flink: { accumulators: { seen: '3' } } },
      },
      fails: { draw: drawCount('fail'), properties: { ...properties } },
      runsLong: { draw: drawCount('long'), properties: { ...properties } },
      usesSecret: { draw: drawCount('long'), properties: { ...withSecret } },
    },
    ...timing,
  });
}
