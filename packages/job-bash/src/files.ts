import { join } from 'node:path';
import type { JobRuntimeEnv } from '@aiflow/core';

export interface OutputFiles {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Where the output of a job's main process goes: of the node, when the job has one; else of the program that runs
 * the graph, which says there what began and ended.
 */
export function jobOutput({ logDir }: JobRuntimeEnv): OutputFiles {
  return { stdout: join(logDir, 'stdout.log'), stderr: join(logDir, 'stderr.log') };
}

/** Where the output of a node goes: into the job's own files when it is the only one. */
export function nodeOutput(env: JobRuntimeEnv, nodeId: string, nodes: number): OutputFiles {
  if (nodes === 1) return jobOutput(env);
  return {
    stdout: join(env.logDir, `${nodeId}.stdout.log`),
    stderr: join(env.logDir, `${nodeId}.stderr.log`),
  };
}

/** The launcher's own directory. */
export function recordDirectory({ stateDir }: JobRuntimeEnv): string {
  return join(stateDir, 'process');
}

/** What the program that runs a graph is told, and what it answers. Neither holds a secret. */
export function graphFiles({ stateDir }: JobRuntimeEnv): { readonly order: string; readonly report: string } {
  return { order: join(stateDir, 'graph.json'), report: join(stateDir, 'report.json') };
}
