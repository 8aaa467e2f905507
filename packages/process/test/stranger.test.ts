import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

// The first process of the namespace collects orphans, as a system's does.
const inNamespace = ['-Urpf', '--mount-proc', 'bash', '-c', '"$@"; exit $?', 'namespace'];
const whyNot = trouble();

/** Why the next number of a process cannot be chosen here; null when it can. */
function trouble(): string | null {
  try {
    execFileSync('unshare', [...inNamespace, 'sh', '-c', 'echo 100 >/proc/sys/kernel/ns_last_pid'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return null;
  } catch (error) {
    return `a process namespace of our own is not allowed here: ${String(error).replaceAll(/\s+/g, ' ')}`;
  }
}

for (const [name, what] of [
  ['wait-late', 'a wait that comes late'],
  ['stop-late', 'a stop that comes late'],
  ['group-empties', 'a wait that comes when those left in its group are gone'],
  ['grace-time', 'a stop whose grace time is not over'],
] as const) {
  test(`a stranger that gets the number of an ended process is not signalled by ${what}`, async (context) => {
    if (whyNot !== null) return context.skip(whyNot);
    expect(await inItsNamespace(name)).toBe('lives');
  });
}

test('who is left in the group without the token is ended, also when the wait comes late', async (context) => {
  if (whyNot !== null) return context.skip(whyNot);
  expect(await inItsNamespace('group-stays')).toBe('ended');
});

async function inItsNamespace(name: string): Promise<string> {
  const program = fileURLToPath(new URL('./stranger-program.ts', import.meta.url));
  const run = promisify(execFile)('unshare', [...inNamespace, process.execPath, program, name]);
  return (await run).stdout;
}
