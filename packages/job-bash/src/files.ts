import { join } from 'node:path';
import type { JobRuntimeEnv } from '@aiflow/core';
import type { OutputFiles } from '@aiflow/process';
import { jobOutput } from '@aiflow/process';

/**
 * Where the output of a node goes: into the job's own files when it is the only one. Else those are the program's that
 * runs the graph, which says there what began and ended.
 */
export function nodeOutput(env: JobRuntimeEnv, nodeId: string, nodes: number): OutputFiles {
  if (nodes === 1) return jobOutput(env);
  return {
    stdout: join(env.logDir, `${nodeId}.stdout.log`),
    stderr: join(env.logDir, `${nodeId}.stderr.log`),
  };
}

/** What the program that runs a graph is told, and what it answers. Neither holds a secret. */
export function graphFiles({ stateDir }: JobRuntimeEnv): { readonly order: string; readonly report: string } {
  return { order: join(stateDir, 'graph.json'), report: join(stateDir, 'report.json') };
}
