// Run by `unshare --user --mount`: tries to start a scheduler in a directory of a file system that is read-only,
// once where there is nothing and once where a database was. Prints what came of each.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scheduler } from '@aiflow/core';
import { createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { localScheduler } from '../src/plugin.ts';

const stateDir = mkdtempSync(join(tmpdir(), 'aiflow-read-only-'));
process.on('exit', () => {
  execFileSync('umount', ['--lazy', stateDir]);
  rmSync(stateDir, { recursive: true });
});
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', stateDir]);
const host = { ...(await createTestHost({ stateDir })), runner: createScriptedRunner() };
const open = (): Scheduler =>
  localScheduler.create({ database: 'scheduler.db', max_running_jobs: 4, pools: {} }, host);

await tryReadOnly();
const writable = open();
await writable.start();
await writable.close();
await tryReadOnly();

async function tryReadOnly(): Promise<void> {
  execFileSync('mount', ['-o', 'remount,ro', stateDir]);
  const error: unknown = await open()
    .start()
    .catch((thrown: unknown) => thrown);
  const code: unknown = Reflect.get(Object(error), 'code');
  const lines = String(Reflect.get(Object(error), 'message')).split('\n').length;
  console.log(JSON.stringify({ code, lines, left: readdirSync(stateDir).toSorted() }));
  execFileSync('mount', ['-o', 'remount,rw', stateDir]);
}
