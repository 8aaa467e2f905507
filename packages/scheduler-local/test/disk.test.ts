import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const canMount = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;

test.skipIf(!canMount)(
  'on a full disk new work is refused, what runs goes on, and its end is recorded when there is room',
  () => {
    expect(inNamespace(new URL('./full-disk-process.ts', import.meta.url))).toEqual([
      { submit: 'scheduler.store_full' },
      { start: 'scheduler.store_full' },
      { read: 'RUNNING' },
      { said: true },
      { ended: 'FINISHED' },
      { submit: 'ok' },
    ]);
  },
);

/** A short part; AIFLOW_TEST_FULL_DISKS=100 runs them all. */
const fullDisks = Number(process.env['AIFLOW_TEST_FULL_DISKS'] ?? 5);
const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);

test.skipIf(!canMount)(
  `however far it has come when the disk is full, it goes on when that is freed (AIFLOW_TEST_SEED=${seed})`,
  { timeout: 60_000 + 2000 * fullDisks },
  () => {
    const program = new URL('./full-disk-runs-process.ts', import.meta.url);
    const runs = inNamespace(program, [String(fullDisks), String(seed)]);
    expect(runs).toEqual(
      Array.from({ length: fullDisks }, () => ({
        refused: ['scheduler.store_full', 'scheduler.store_full'],
        isTrue: true,
        read: 'RUNNING',
        ends: ['FINISHED'],
        isWhole: true,
        once: true,
      })),
    );
  },
);

test('where no more files can be opened no scheduler starts, and one that runs goes on', () => {
  const program = fileURLToPath(new URL('./no-descriptors-process.ts', import.meta.url));
  const command = ['-c', 'ulimit -n 120; exec "$0" "$1"', process.execPath, program];
  expect(linesOf('sh', command)).toEqual([
    { start: 'scheduler.store_failed' },
    { start: 'ok' },
    { a: 'FINISHED' },
    { start: 'ok' },
    { read: 'RUNNING' },
    { b: 'FINISHED' },
  ]);
});

test.skipIf(!canMount)('a read-only directory is refused, and leaves nothing behind', () => {
  expect(inNamespace(new URL('./read-only-process.ts', import.meta.url))).toEqual([
    { code: 'scheduler.store_unwritable', lines: 1, left: [] },
    { code: 'scheduler.store_unwritable', lines: 1, left: ['scheduler.db', 'scheduler.db.lock'] },
  ]);
});

/** Runs a program where it may mount file systems of its own; gives the lines that it prints. */
function inNamespace(program: URL, args: readonly string[] = []): unknown[] {
  const namespace = ['--user', '--map-root-user', '--mount'];
  return linesOf('unshare', [...namespace, process.execPath, fileURLToPath(program), ...args]);
}

function linesOf(command: string, args: readonly string[]): unknown[] {
  const timeout = 50_000 + 2000 * fullDisks;
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
