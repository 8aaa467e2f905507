import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ProcessSpec } from '../src/index.ts';

/**
 * Launches with a launcher of another process, which is killed as `kill -9` does as soon as it has.
 * `module` exports `create`, which gives the launcher.
 */
export async function launchElsewhere(module: URL, spec: ProcessSpec): Promise<void> {
  const program = fileURLToPath(new URL('./launch-elsewhere-program.ts', import.meta.url));
  const child = spawn(process.execPath, [program, module.href, JSON.stringify(spec)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  await Promise.race([
    once(child.stdout, 'data'),
    exited.then(() => Promise.reject(new Error('it ended early'))),
  ]);
  child.kill('SIGKILL');
  await exited;
}
