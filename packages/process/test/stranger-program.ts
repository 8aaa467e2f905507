// The main program of a process namespace of its own, where the next number can be chosen: gives the number of a
// launched process to a stranger, and tells whether the process that the case asks about lives in the end.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createNodeLauncher } from '../src/index.ts';
import { groupExists } from '../src/process-table.ts';
import { Room, isRunning, until } from './room.ts';

const room = new Room();
const launcher = createNodeLauncher();
const strangers: ChildProcess[] = [];

/** As soon as the number is free; it is in use as long as a process, a group or a session has it. */
async function giveAway(pid: number): Promise<number> {
  await until('the number to be free', () => !groupExists(pid));
  await until('a stranger to get the number', async () => {
    writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
    const stranger = spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore', env: {} });
    strangers.push(stranger);
    if (stranger.pid === pid) return true;
    stranger.kill('SIGKILL');
    await once(stranger, 'exit');
    return false;
  });
  return pid;
}

const cases: Readonly<Record<string, () => Promise<number>>> = {
  'wait-late': async () => {
    const spec = room.spec('true');
    const { pid } = await launcher.launch(spec);
    await until('the end', async () => (await launcher.find(spec)).state === 'ended');
    const stranger = await giveAway(pid);
    await launcher.wait(spec, { graceMs: 100 });
    return stranger;
  },
  'stop-late': async () => {
    const spec = room.spec('true');
    const { pid } = await launcher.launch(spec);
    await until('the end', async () => (await launcher.find(spec)).state === 'ended');
    const stranger = await giveAway(pid);
    await launcher.stop(spec, { graceMs: 100 });
    return stranger;
  },
  // Somebody was left in the group when the process ended, and nobody later.
  'group-empties': async () => {
    const spec = room.spec('until [ -e go ]; do /bin/sleep 0.01; done & exit 0');
    const { pid } = await launcher.launch(spec);
    await until('the end', async () => (await launcher.find(spec)).state === 'ended');
    if (!groupExists(pid)) throw new Error('nobody was left in the group');
    writeFileSync(`${room.root}/go`, '');
    const stranger = await giveAway(pid);
    await launcher.wait(spec, { graceMs: 100 });
    return stranger;
  },
  // The group empties at TERM, and something outside it takes the grace time.
  'grace-time': async () => {
    const spec = room.spec(
      `setsid bash -c "trap '' TERM; touch ready; while :; do /bin/sleep 0.05; done" & sleep 600`,
    );
    const { pid } = await launcher.launch(spec);
    await until('the trap to be set', () => room.has('ready'));
    const stopping = launcher.stop(spec, { graceMs: 2_000 });
    const stranger = await giveAway(pid);
    await stopping;
    return stranger;
  },
  // A process without the token in the group is still ended, for as long as the group is known to be ours.
  'group-stays': async () => {
    const spec = room.spec(
      `env -i bash -c 'echo $$ >it; while :; do /bin/sleep 0.1; done' & until [ -s it ]; do :; done`,
    );
    await launcher.launch(spec);
    const left = await room.pid('it');
    await until('the end', async () => (await launcher.find(spec)).state === 'ended');
    await launcher.wait(spec, { graceMs: 100 });
    return left;
  },
};

try {
  const pid = await cases[process.argv[2] ?? '']?.();
  process.stdout.write(pid !== undefined && isRunning(pid) ? 'lives' : 'ended');
} finally {
  for (const stranger of strangers) stranger.kill('SIGKILL');
  room.dispose();
}
process.exit();
