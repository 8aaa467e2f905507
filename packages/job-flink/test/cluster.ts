import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FlinkCluster } from '@aiflow-private/engines';
import { compileFlinkJar, flink, homeOf, isInstalled, startFlink } from '@aiflow-private/engines';
import { belongsTo } from '../src/ids.ts';
import { JobManager } from '../src/job-manager.ts';
import { statusOf } from '../src/states.ts';

/** Starts the cluster of a test file, and gives Flink's variables to this process and to those that it starts. */
export async function openCluster(
  home: string,
  options: { readonly gateway?: boolean } = {},
): Promise<FlinkCluster> {
  const cluster = await startFlink(home, options);
  Object.assign(process.env, cluster.environment);
  return cluster;
}

/** The bytes of the fixture's jar, compiled from its source against the distribution. */
export function fixtureJar(home: string): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'aiflow-flink-jar-'));
  try {
    const jar = join(directory, 'count.jar');
    compileFlinkJar(home, fileURLToPath(new URL('java/fixture/Count.java', import.meta.url)), jar);
    return readFileSync(jar);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What a test file of Java jobs needs: see {@link openCluster} and {@link fixtureJar}. */
export async function openClusterWithJar(
  home: string,
  options: { readonly gateway?: boolean } = {},
): Promise<ClusterWithJar> {
  return { jar: fixtureJar(home), cluster: await openCluster(home, options) };
}

export interface ClusterWithJar {
  readonly cluster: FlinkCluster;
  readonly jar: Buffer;
}

/** What of an attempt the cluster runs, asked of the cluster. */
export function runningOn(address: () => string): (attemptId: string) => Promise<readonly string[]> {
  return async (attemptId) => {
    const jobs = await new JobManager(address()).jobs();
    return jobs
      .filter((job) => belongsTo(attemptId)(job) && statusOf(job.state) === 'RUNNING')
      .map(({ jid, name, state }) => `${jid} ${name} ${state}`);
  };
}

/** What a test file needs of the engine, made before its tests are declared; null where it is not installed. */
export async function withEngine<T>(make: (home: string) => Promise<T>): Promise<T | null> {
  return isInstalled(flink) ? await make(homeOf(flink)) : null;
}
