import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

/** A program that lives as long as this process wants it, and no longer than this process. */
export interface Kept {
  hasEnded(): boolean;
  /** What it has printed so far. */
  output(): string;
  /** Ends it with all that it started in its process group; resolves when it is gone. */
  stop(): Promise<void>;
}

// The shell reads a pipe that nobody writes to: it ends when we close it, and when we die.
const keeper = `exec 4<&0
"$@" & child=$!
(cat <&4 > /dev/null; kill "$child" 2> /dev/null) & reader=$!
wait "$child"; status=$?; kill "$reader" 2> /dev/null; exit "$status"`;

export function keepRunning(
  command: readonly [string, ...string[]],
  { env, output }: { readonly env: NodeJS.ProcessEnv; readonly output: string },
): Kept {
  const log = openSync(output, 'a');
  const child = spawn('bash', ['-c', keeper, 'keeper', ...command], {
    env,
    detached: true, // a process group of its own
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const exited = once(child, 'exit');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    hasEnded,
    output: () => readFileSync(output, 'utf8'),
    stop: async () => {
      child.stdin?.end();
      const killer = setTimeout(() => killGroup(child.pid), 10_000);
      if (!hasEnded()) await exited;
      clearTimeout(killer);
      killGroup(child.pid); // what the main process may have left
    },
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // none of it is left
  }
}
