import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, constants, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ProcessSpec } from '../src/index.ts';
import { createNativeLauncher } from '../src/index.ts';
import { launchElsewhere } from './launch-elsewhere.ts';
import { keeperAt, pidsAt, whereNative, withSocket } from './native-program.ts';
import { Room, holders, isRunning, killHard, until } from './room.ts';

const jobs = 50;

whereNative((program) => {
  for (const moment of [0, 5, 20, 50, 150]) {
    test(`a launcher that is killed ${moment} ms after it was asked for ${jobs} processes doubles none and loses no end`, async () => {
      await withSocket(async (room, socketPath) => {
        const launcher = createNativeLauncher({ program, socketPath });
        const specs = Array.from({ length: jobs }, (_, at) =>
          room.spec(`echo run >>runs-${at}; sleep 0.${at % 10}; exit ${at}`),
        );
        await launcher.launch(room.spec('exit 0')); // it runs by now
        const launching = Promise.all(specs.map((spec) => launcher.launch(spec)));
        await sleep(moment);
        const killed = pidsAt(socketPath);
        expect(killed).toHaveLength(1);
        for (const pid of killed) killHard(pid);
        await launching;
        const ends = await Promise.all(
          specs.map((spec, at) =>
            (at % 2 === 0 ? launcher : createNativeLauncher({ program, socketPath })).wait(spec),
          ),
        );
        expect(ends.map(({ outcome, exitCode }) => [outcome, exitCode])).toEqual(
          specs.map((_, at) => ['exited', at]),
        );
        expect(specs.map((_, at) => room.read(`runs-${at}`))).toEqual(specs.map(() => 'run'));
      });
    });
  }

  test('a keeper that its job kills at once leaves a process that began, and was lost', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      // Many, because some keepers are killed before they have said that their job began.
      const specs = Array.from({ length: 200 }, (_, at) =>
        room.spec(`echo run >>runs-${at}; kill -KILL $PPID 0`),
      );
      const ends = await Promise.all(
        specs.map(async (spec) => {
          await launcher.launch(spec);
          return await launcher.wait(spec);
        }),
      );
      expect(new Set(ends.map(({ outcome }) => outcome))).toEqual(new Set(['lost']));
      expect(specs.map((_, at) => room.read(`runs-${at}`))).toEqual(specs.map(() => 'run'));
    });
  });

  test('a keeper that is killed before it has begun anything has its process launched by another', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec('echo run >>runs; exit 7');
      execFileSync('mkfifo', [spec.stdout]); // nobody reads it: a keeper waits there, and has not begun
      const launched = launcher.launch(spec);
      const killed = await keeperAt(socketPath);
      killHard(killed);
      await until('another keeper', async () => (await keeperAt(socketPath)) !== killed);
      const reader = openSync(spec.stdout, constants.O_RDONLY | constants.O_NONBLOCK);
      await launched;
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 7 });
      expect(room.read('runs')).toBe('run');
      closeSync(reader);
    });
  });

  test('a process whose keepers are always killed before it begins cannot be launched, and leaves nothing', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec('touch ran');
      execFileSync('mkfifo', [spec.stdout]);
      let isOver = false;
      const launched = launcher.launch(spec).finally(() => (isOver = true));
      launched.catch(() => undefined); // it may fail before it is waited for
      for (let keeper = -1; keeper !== 0; keeper = await keeperAt(socketPath, () => isOver)) {
        if (keeper !== -1) killHard(keeper);
      }
      await expect(launched).rejects.toMatchObject({
        code: 'process.launch_failed',
        context: { reason: 'ECHILD' },
      });
      expect([room.has('ran'), existsSync(spec.recordDir)]).toEqual([false, false]);
    });
  });

  test('a launcher that is told to end does so at once, and its processes go on', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec('until [ -e go ]; do sleep 0.01; done; exit 6');
      await launcher.launch(spec);
      for (const pid of pidsAt(socketPath)) process.kill(pid, 'SIGTERM');
      await until('the launcher to end', () => pidsAt(socketPath).length === 0);
      expect(existsSync(socketPath)).toBe(false);
      const waiting = launcher.wait(spec);
      const other = room.spec('touch go');
      await launcher.launch(other);
      expect(await waiting).toMatchObject({ outcome: 'exited', exitCode: 6 });
    });
  });

  test('a process whose launcher was killed is stopped with its whole tree', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec(`env -i setsid /bin/bash -c 'echo $$ >it; exec /bin/sleep 60' & sleep 60`);
      await launcher.launch(spec);
      const escaped = await room.pid('it');
      for (const pid of pidsAt(socketPath)) killHard(pid);
      expect((await createNativeLauncher({ program, socketPath }).stop(spec))?.outcome).toBe('stopped');
      expect(isRunning(escaped)).toBe(false);
      expect(holders(spec.token)).toEqual([]);
    });
  });

  test('who waits is told by the launcher of a process that was killed, which ends when nobody needs it', async () => {
    const room = new Room();
    try {
      const spec = room.spec('until [ -e go ]; do sleep 0.01; done; exit 6');
      await launchElsewhere(new URL('./native-launcher-module.ts', import.meta.url), spec);
      const socketPath = launcherOf(room, spec);
      expect(pidsAt(socketPath)).toHaveLength(1);
      const waiting = createNativeLauncher({ program }).wait(spec);
      const other = room.spec('touch go');
      await createNativeLauncher({ program }).launch(other);
      expect(launcherOf(room, other)).not.toBe(socketPath);
      expect(await waiting).toMatchObject({ outcome: 'exited', exitCode: 6 });
      await until('the other launcher to end', () => pidsAt(socketPath).length === 0);
      expect([existsSync(socketPath), existsSync(`${socketPath}.lock`)]).toEqual([false, false]);
    } finally {
      room.dispose();
    }
  });

  test('a launcher that is killed while it starts is started again', async () => {
    await withSocket(async (room, socketPath) => {
      const dies = join(room.root, 'dies');
      writeFileSync(
        dies,
        `#!/bin/sh\n[ -e ${dies}.once ] || { touch ${dies}.once; kill -KILL $$; }\nexec ${program} "$@"\n`,
      );
      chmodSync(dies, 0o755);
      const launcher = createNativeLauncher({ program: dies, socketPath });
      const spec = room.spec('exit 6');
      await launcher.launch(spec);
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 6 });
    });
  });

  test('what a killed launcher leaves in its directory is removed by the next one', async () => {
    await withSocket(async (room, socketPath) => {
      await createNativeLauncher({ program, socketPath }).launch(room.spec('true'));
      for (const pid of pidsAt(socketPath)) killHard(pid);
      await until('the launcher to be gone', () => pidsAt(socketPath).length === 0);
      expect(existsSync(socketPath)).toBe(true);
      const next = createNativeLauncher({ program, socketPath: `${socketPath}-next` });
      const spec = room.spec('true');
      await next.launch(spec);
      await next.wait(spec);
      expect(readdirSync(room.root).filter((name) => name.startsWith('launcher'))).toEqual([
        'launcher-next',
        'launcher-next.lock',
      ]);
      for (const pid of pidsAt(`${socketPath}-next`)) killHard(pid);
    });
  });
});

function launcherOf(room: Room, spec: ProcessSpec): string {
  const name = spec.recordDir.split('/').at(-1) ?? '';
  const identity = JSON.parse(room.read(`${name}/begun`).split('\n')[1] ?? '') as {
    readonly launcher: string;
  };
  return identity.launcher;
}
