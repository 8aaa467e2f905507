import { spawn } from 'node:child_process';
import { AIFlowError, errorCode, pause } from '@aiflow/core';
import { LauncherConnection } from './launcher-connection.ts';

/** How long a launcher may take to answer, in milliseconds. */
const mostMs = 5_000;

/**
 * Connects to the launcher at `path`, and starts one when there is none. Several may start one at the same time: all
 * get the same. Throws `process.no_launcher` when the program cannot be started or does not answer.
 */
export async function startLauncher(program: string, path: string): Promise<LauncherConnection> {
  const deadline = performance.now() + mostMs;
  let starting: Started | null = null;
  for (let interval = 1; ; interval = Math.min(interval * 2, 20)) {
    try {
      return await LauncherConnection.open(path);
    } catch (error) {
      // Not there yet, or on its way out, or so busy that its queue is full, or it has too many clients: asked again.
      const trouble = starting?.trouble() ?? null;
      if (trouble !== null || performance.now() >= deadline) throw noLauncher(program, trouble ?? error);
      // One that ended found another in its place, which may have ended since.
      if (isNobodyThere(error) && (starting === null || starting.hasEnded())) starting = start(program, path);
    }
    await pause(interval);
  }
}

function isNobodyThere(error: unknown): boolean {
  return errorCode(error) === 'ENOENT' || errorCode(error) === 'ECONNREFUSED';
}

interface Started {
  hasEnded(): boolean;
  trouble(): unknown;
}

/** In a session of its own, where no signal of ours comes, and with nothing of our environment. */
function start(program: string, path: string): Started {
  let hasEnded = false;
  let trouble: unknown = null;
  const child = spawn(program, [path], { cwd: '/', env: {}, detached: true, stdio: 'ignore' });
  child.once('error', (error) => {
    trouble = error;
  });
  child.once('exit', (code, signal) => {
    hasEnded = true;
    // One that was killed, as anybody may be at any time, says nothing of the next.
    if (code !== 0 && signal !== 'SIGKILL') trouble = new Error(`it ended with ${signal ?? code}`);
  });
  child.unref();
  return { hasEnded: () => hasEnded, trouble: () => trouble };
}

function noLauncher(program: string, cause: unknown): AIFlowError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AIFlowError('process.no_launcher', `the launcher ${program} does not answer: ${why}`, {
    context: { program },
    cause,
  });
}
