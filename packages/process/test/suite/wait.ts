import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { holders, isRunning, killHard, until } from '../room.ts';
import type { SuiteOptions } from '../suite.ts';
import { withRoom } from './with-room.ts';

export function waitCases(options: SuiteOptions): void {
  for (const [script, exitCode, signal] of [
    ['exit 0', 0, null],
    ['exit 3', 3, null],
    ['exit 255', 255, null],
    ['kill -KILL $$', 137, 'SIGKILL'],
    ['kill -SEGV $$', 139, 'SIGSEGV'],
    ['kill -TERM $$', 143, 'SIGTERM'],
  ] as const) {
    withRoom(
      options,
      `the end of "${script}" is told the same to every launcher, as often as it asks`,
      async (room, launcher) => {
        const spec = room.spec(script);
        await launcher.launch(spec);
        const end = { outcome: 'exited', exitCode, signal, leftovers: 0 };
        expect(await launcher.wait(spec)).toEqual(end);
        expect(await launcher.wait(spec)).toEqual(end);
        expect(await options.create().wait(spec)).toEqual(end);
        expect(await options.create().find(spec)).toEqual({ state: 'ended', end });
      },
    );
  }

  withRoom(options, 'a process is running until it ends', async (room, launcher) => {
    const spec = room.spec('until [ -e go ]; do sleep 0.01; done');
    const { pid } = await launcher.launch(spec);
    expect(await launcher.find(spec)).toEqual({ state: 'running', pid });
    expect(await options.create().find(spec)).toEqual({ state: 'running', pid });
    appendFileSync(join(room.root, 'go'), '');
    expect(await options.create().wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 0 });
  });

  withRoom(options, 'a signal ends the wait with its reason, and not the process', async (room, launcher) => {
    const spec = room.spec('sleep 60');
    const { pid } = await launcher.launch(spec);
    for (const waiting of [launcher, options.create()]) {
      const enough = new AbortController();
      const wait = waiting.wait(spec, { signal: enough.signal });
      const reason = new Error('enough');
      setImmediate(() => enough.abort(reason));
      await expect(wait).rejects.toBe(reason);
      await expect(waiting.wait(spec, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    }
    expect(await launcher.find(spec)).toEqual({ state: 'running', pid });
    await launcher.stop(spec, { graceMs: 0 });
  });

  withRoom(
    options,
    'a process whose main program ended by itself leaves nothing behind',
    async (room, launcher) => {
      const spec = room.spec('sleep 60 & setsid sleep 60 & (setsid sleep 60 &) ; exit 4');
      await launcher.launch(spec);
      expect(await launcher.wait(spec)).toEqual({
        outcome: 'exited',
        exitCode: 4,
        signal: null,
        leftovers: 3,
      });
      expect(holders(spec.token)).toEqual([]);
      expect(await launcher.wait(spec)).toEqual({
        outcome: 'exited',
        exitCode: 4,
        signal: null,
        leftovers: 0,
      });
    },
  );

  withRoom(
    options,
    'another launcher that waits for it leaves nothing behind either',
    async (room, launcher) => {
      const spec = room.spec(
        'sleep 60 & setsid sleep 60 & (setsid sleep 60 &) ; until [ -e go ]; do sleep 0.01; done; exit 4',
      );
      await launcher.launch(spec);
      await until('the leftovers to run', () => holders(spec.token).length >= 5);
      appendFileSync(join(room.root, 'go'), '');
      expect(await options.create().wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 4 });
      expect(holders(spec.token)).toEqual([]);
    },
  );

  withRoom(options, 'a leftover that ignores TERM is killed after the grace time', async (room, launcher) => {
    const spec = room.spec(
      `setsid bash -c "trap '' TERM; touch ready; sleep 60" & until [ -e ready ]; do sleep 0.01; done`,
    );
    await launcher.launch(spec);
    expect(await launcher.wait(spec, { graceMs: 100 })).toMatchObject({ outcome: 'exited', exitCode: 0 });
    expect(holders(spec.token)).toEqual([]);
  });

  withRoom(
    options,
    'signals that a script sends to its own group do not take its exit status away',
    async (room, launcher) => {
      const spec = room.spec(
        `trap : USR1 TERM HUP INT; kill -USR1 0; kill -TERM 0; kill -HUP 0; kill -INT 0; exit 7`,
      );
      await launcher.launch(spec);
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 7 });
      expect(await options.create().wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 7 });
    },
  );

  withRoom(
    options,
    'a process that vanished without an exit status is lost, and what it left is ended',
    async (room, launcher) => {
      const spec = room.spec('sleep 60 & echo $! >child; wait');
      const { pid } = await launcher.launch(spec);
      const child = await room.pid('child');
      killHard(pid);
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'lost', exitCode: null, signal: null });
      expect(isRunning(child)).toBe(false);
      expect(holders(spec.token)).toEqual([]);
      expect((await options.create().find(spec)).state).toBe('ended');
    },
  );

  withRoom(
    options,
    'waiting for what never began is process.not_found, and stopping it gives null',
    async (room, launcher) => {
      const spec = room.spec('true');
      await expect(launcher.wait(spec)).rejects.toMatchObject({ code: 'process.not_found' });
      expect(await launcher.stop(spec)).toBeNull();
      expect(existsSync(spec.recordDir)).toBe(false);
    },
  );
}
