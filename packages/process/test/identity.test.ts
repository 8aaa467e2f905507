import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createNodeLauncher } from '../src/index.ts';
import { linuxTable, parseStat } from '../src/linux-table.ts';
import type { ProcessIdentity } from '../src/process-table.ts';
import { shell, shimArguments } from '../src/shim.ts';
import { Room, holders, isRunning, until } from './room.ts';

const table = linuxTable();

/** A stranger with the number that the records name. */
async function withStranger(
  run: (room: Room, pid: number, startTicks: string) => Promise<void>,
): Promise<void> {
  const room = new Room();
  const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  const { pid = 0 } = stranger;
  try {
    await run(room, pid, table.look(pid)?.startTicks ?? '');
    expect(isRunning(pid)).toBe(true);
  } finally {
    stranger.kill('SIGKILL');
    room.dispose();
  }
}

function writeRecords(recordDir: string, { pid, startTicks, bootId }: ProcessIdentity): void {
  mkdirSync(recordDir);
  writeFileSync(join(recordDir, 'begun'), `${pid}\n`);
  const line = JSON.stringify({ pid, start_ticks: startTicks, boot_id: bootId });
  writeFileSync(join(recordDir, 'identity'), `${line}\n`);
}

describe('a process is known by its number, start and boot', () => {
  test('a number that another process has now is never signalled', async () => {
    await withStranger(async (room, pid, startTicks) => {
      const spec = room.spec('');
      writeRecords(spec.recordDir, {
        pid,
        startTicks: String(Number(startTicks) - 1),
        bootId: table.bootId(),
      });
      const lost = { outcome: 'lost', exitCode: null, signal: null, leftovers: 0 };
      expect(await createNodeLauncher().find(spec)).toEqual({ state: 'ended', end: lost });
      expect(await createNodeLauncher().stop(spec)).toEqual(lost);
      expect(await createNodeLauncher().wait(spec)).toEqual(lost);
    });
  });

  test('nor is one with the same number and start after the machine was restarted', async () => {
    await withStranger(async (room, pid, startTicks) => {
      const spec = room.spec('');
      writeRecords(spec.recordDir, { pid, startTicks, bootId: 'another boot' });
      expect((await createNodeLauncher().stop(spec))?.outcome).toBe('lost');
    });
  });

  test('nor is one that the shim wrote down and that does not hold the token', async () => {
    await withStranger(async (room, pid) => {
      const spec = room.spec('');
      mkdirSync(spec.recordDir);
      writeFileSync(join(spec.recordDir, 'begun'), `${pid}\n`);
      expect((await createNodeLauncher().stop(spec))?.outcome).toBe('lost');
    });
  });

  test('a command with spaces and parentheses in its name is read right', async () => {
    const room = new Room();
    try {
      const program = join(room.root, 'a) Z 1 (b');
      copyFileSync('/bin/sleep', program);
      const spec = room.spec('', { argv: [program, '60'] });
      const launcher = createNodeLauncher();
      const { pid } = await launcher.launch(spec);
      await until('the program to run', () => holders(spec.token).length === 2);
      const found = table.members({ token: spec.token, group: pid, after: null });
      expect(found.map(({ group }) => group)).toEqual([pid, pid]);
      expect((await launcher.stop(spec))?.outcome).toBe('stopped');
      expect(holders(spec.token)).toEqual([]);
    } finally {
      room.dispose();
    }
    const line = `7 (a) Z 1 (b) S 1 6 5 ${Array.from({ length: 46 }, (_, index) => index).join(' ')}`;
    expect(parseStat(7, line)).toMatchObject({ pid: 7, parent: 1, group: 6, startTicks: '15' });
    expect(parseStat(7, line.replace(' S ', ' Z '))).toBeNull();
  });

  test('only later processes are looked at when the table is asked for those', async () => {
    const room = new Room();
    try {
      const spec = room.spec('sleep 60');
      const launcher = createNodeLauncher();
      const { pid } = await launcher.launch(spec);
      await until('the program to run', () => holders(spec.token).length === 2);
      const query = { token: spec.token, group: null };
      const numbers = (after: number | null) =>
        table.members({ ...query, after }).map((member) => member.pid);
      expect(numbers(null)).toContain(pid);
      expect(numbers(pid)).toEqual(holders(spec.token).filter((other) => other !== pid));
      await launcher.stop(spec);
    } finally {
      room.dispose();
    }
  });
});

describe('what a crash leaves', () => {
  test('a launcher that dies before it writes the identity has its process found by its token', async () => {
    const room = new Room();
    try {
      const spec = room.spec('sleep 60');
      const { pid } = await createNodeLauncher().launch(spec);
      await until('the shim to begin', () => room.has('p1/begun'));
      rmSync(join(spec.recordDir, 'identity'));
      expect(await createNodeLauncher().find(spec)).toEqual({ state: 'running', pid });
      expect((await createNodeLauncher().stop(spec))?.outcome).toBe('stopped');
      expect(holders(spec.token)).toEqual([]);
    } finally {
      room.dispose();
    }
  });

  test('a shim that comes after the search has given it up runs nothing', async () => {
    const room = new Room();
    try {
      const spec = room.spec('touch ran');
      mkdirSync(spec.recordDir);
      expect(await createNodeLauncher().find(spec)).toEqual({ state: 'never_began' });
      const late = spawn(shell, shimArguments(spec.recordDir, ['/usr/bin/touch', 'ran']), {
        cwd: room.root,
        stdio: 'ignore',
      });
      expect(await once(late, 'exit')).toEqual([null, 'SIGKILL']);
      expect(room.has('ran')).toBe(false);
      expect(await createNodeLauncher().find(spec)).toEqual({ state: 'never_began' });
    } finally {
      room.dispose();
    }
  });

  test('an exit status that was not written to its end is none', async () => {
    const room = new Room();
    try {
      const spec = room.spec('exit 13');
      const launcher = createNodeLauncher();
      await launcher.launch(spec);
      await launcher.wait(spec);
      expect(readFileSync(join(spec.recordDir, 'exit'), 'utf8')).toBe('13\n');
      writeFileSync(join(spec.recordDir, 'exit'), '1');
      expect(await createNodeLauncher().wait(spec)).toMatchObject({ outcome: 'lost', exitCode: null });
    } finally {
      room.dispose();
    }
  });

  test('a stop that was cut short is seen as running until nothing is left, and a wait finishes it', async () => {
    const room = new Room();
    try {
      const spec = room.spec('setsid sleep 60 & echo $! >child; wait');
      await createNodeLauncher().launch(spec);
      const child = await room.pid('child');
      await until('the child to have a session of its own', () => table.look(child)?.group === child);
      writeFileSync(join(spec.recordDir, 'stopping'), '');
      process.kill(-Number(room.read('p1/begun')), 'SIGKILL');
      await until('the main process to be gone', () => holders(spec.token).length === 1);
      expect(await createNodeLauncher().find(spec)).toEqual({ state: 'running', pid: child });
      expect(await createNodeLauncher().wait(spec)).toMatchObject({ outcome: 'stopped', exitCode: null });
      expect(isRunning(child)).toBe(false);
      expect((await createNodeLauncher().find(spec)).state).toBe('ended');
    } finally {
      room.dispose();
    }
  });

  test('a program that removes its own records has its exit code written again by the launcher that waits', async () => {
    const room = new Room();
    try {
      const spec = room.spec('until [ -s p1/identity ]; do sleep 0.01; done; rm -r p1; exit 3');
      const launcher = createNodeLauncher();
      await launcher.launch(spec);
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 3 });
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 3 });
      expect(await createNodeLauncher().wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 3 });
    } finally {
      room.dispose();
    }
  });
});

test('a launcher keeps nothing of a process that it has waited for or stopped: the records say it all', async () => {
  const room = new Room();
  try {
    const launcher = createNodeLauncher();
    for (const over of ['wait', 'stop'] as const) {
      const spec = room.spec('exit 3');
      await launcher.launch(spec);
      await until('the end', async () => (await launcher.find(spec)).state === 'ended');
      expect(await launcher[over](spec)).toMatchObject({ outcome: 'exited', exitCode: 3 });
      writeFileSync(join(spec.recordDir, 'exit'), '4\n');
      expect(await launcher.find(spec)).toMatchObject({ end: { exitCode: 4 } });
    }
  } finally {
    room.dispose();
  }
});

test.for([
  ['session', 'env -i setsid'],
  ['group', 'set -m; env -i'],
])(
  'what this launcher cannot promise: who leaves the %s and clears the environment escapes a stop',
  async ([, how]) => {
    const room = new Room();
    try {
      const spec = room.spec(
        `${how} bash -c 'echo $$ >it; exec /bin/sleep 60' & while :; do sleep 0.1; done`,
      );
      const launcher = createNodeLauncher();
      await launcher.launch(spec);
      const escaped = await room.pid('it');
      expect((await launcher.stop(spec))?.outcome).toBe('stopped');
      // The native launcher ends it: see suite/native.ts.
      expect(isRunning(escaped)).toBe(true);
    } finally {
      room.dispose();
    }
  },
);
