import { realpathSync, statSync } from 'node:fs';
import { sep } from 'node:path';
import type { JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError, resolveInside } from '@aiflow/core';
import type { ShellOption } from './options.ts';
import type { PlannedNode } from './plan.ts';

/** The program and arguments that run a node. Throws `job.file_not_found` and `path.outside` for its file. */
export function commandLine(
  node: PlannedNode,
  options: readonly ShellOption[],
  env: JobRuntimeEnv,
): [string, ...string[]] {
  const shell: [string, ...string[]] = ['bash', ...options.flatMap((option) => ['-o', option])];
  if ('command' in node) return [...shell, '-c', node.command];
  return [...shell, findFile(node.file, env), ...node.args];
}

function findFile(file: string, { projectDir, jobName }: JobRuntimeEnv): string {
  const path = resolveInside(projectDir, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new AIFlowError(
      'job.file_not_found',
      `job "${jobName}" runs ${JSON.stringify(file)}, and the snapshot of the project has no such file: ` +
        `write the path relative to the project, and see that .aiflowignore does not leave it out`,
      { context: { file, jobName } },
    );
  }
  // A link on the way could lead anywhere.
  if (!realpathSync(path).startsWith(realpathSync(projectDir) + sep)) {
    throw new AIFlowError(
      'path.outside',
      `job "${jobName}" runs ${JSON.stringify(file)}, which leads out of the project`,
      {
        context: { file, jobName },
      },
    );
  }
  return path;
}
