import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

export interface ServerOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Whether it answers. Asked again and again until it says so; that it throws says no. */
  readonly isReady: () => Promise<boolean>;
  /** How long it has until it answers, in milliseconds; 30,000 unless said. */
  readonly patience?: number;
}

/** Ends the server when our end of its input is closed: we do that, and so does the system when we are killed. */
const guard = [
  'exec 3<&0',
  '"$@" < /dev/null 3<&- & server=$!',
  '{ read -r _ <&3; kill "$server"; } 2> /dev/null & reader=$!',
  'wait "$server"; status=$?',
  'kill "$reader" 2> /dev/null',
  'exit "$status"',
].join('\n');
/** How long a server has to end by itself before it is killed, in milliseconds. */
const grace = 5_000;

/** Starts a server in a session of its own and resolves when it answers; throws with the end of its output. */
export async function startServer(options: ServerOptions): Promise<AsyncDisposable> {
  const { command, args, env = process.env, cwd, isReady, patience = 30_000 } = options;
  const child = spawn('/bin/sh', ['-c', guard, 'sh', command, ...args], {
    env,
    ...(cwd !== undefined && { cwd }),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-4_000);
    });
  }
  const stop = async (): Promise<void> => await end(child, ended);
  const deadline = Date.now() + patience;
  while (!(await isReady().catch(() => false))) {
    if (Date.now() < deadline && child.exitCode === null && child.signalCode === null) {
      await delay(25);
      continue;
    }
    await stop();
    throw new Error(`${command} did not answer:\n${output}`);
  }
  return { [Symbol.asyncDispose]: stop };
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.stdin?.destroy();
  const killed = new AbortController();
  const late = delay(grace, undefined, { signal: killed.signal }).then(
    () => signalGroup(child, 'SIGKILL'),
    () => undefined,
  );
  await ended;
  killed.abort();
  await late;
  signalGroup(child, 'SIGKILL'); // what the server may have started
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // There is nobody left.
  }
}
