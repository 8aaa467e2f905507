import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AbstractJobHandler, AbstractJobPlugin, JobPluginFactory, JobResult } from '@aiflow/core';
import { AIFlowError, jobPluginFactoryOf } from '@aiflow/core';
import { generating } from './document-plugin.ts';
import type { ReferencePlan } from './job-plugin.ts';
import { referencePlugin } from './job-plugin.ts';

interface ChildHandler extends AbstractJobHandler {
  readonly child: ChildProcess;
}

/** A plugin of the document's nine methods alone: its handler holds the process, whose end is the `result`. */
const forgetful: AbstractJobPlugin = {
  ...generating,
  submitJob: async (job, env): Promise<ChildHandler> => {
    const { nodeId, script } = job.plan as unknown as ReferencePlan;
    const child = spawn('sh', ['-c', script], {
      cwd: env.workingDir,
      env: env.environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child, 'spawn');
    return { child, data: { pid: child.pid ?? null }, result: endOf(child, nodeId) };
  },
  stopJob: (handle) => {
    process.kill(-((handle as ChildHandler).child.pid ?? 0), 'SIGKILL');
  },
  cleanupJob: () => undefined,
};

async function endOf(child: ChildProcess, nodeId: string): Promise<JobResult> {
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0)
    throw new AIFlowError('reference.exit', `the script ended with exit status ${exitCode}`);
  return { status: 'FINISHED', values: { [nodeId]: output.trimEnd().split('\n').at(-1) ?? '' }, error: null };
}

export const forgetfulPlugin: JobPluginFactory = jobPluginFactoryOf(forgetful, referencePlugin);
