import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { holders, isRunning, until } from '../room.ts';
import type { SuiteOptions } from '../suite.ts';
import { withRoom } from './with-room.ts';

const forever = 'while :; do sleep 0.1; done';

/** How processes try to outlive a stop; each writes its number into the file `it`. */
const escapes: Readonly<Record<string, string>> = {
  'a plain grandchild': `bash -c 'echo $$ >it; ${forever}' &`,
  'a process group of its own': `set -m; bash -c 'echo $$ >it; ${forever}' & set +m`,
  'a session of its own': `setsid bash -c 'echo $$ >it; ${forever}' &`,
  'a session of its own that ignores TERM': `setsid bash -c "trap '' TERM HUP INT; echo \\$\\$ >it; ${forever}" &`,
  'a double fork': `(setsid bash -c 'echo $$ >it; ${forever}' & exit 0)`,
  'a process that answers TERM with another one': `setsid bash -c "trap \\"setsid bash -c 'echo \\\\\\$\\\\\\$ >it; ${forever}' & exit\\" TERM; echo \\$\\$ >it; ${forever}" &`,
  'a process that was stopped by SIGSTOP': `setsid bash -c 'echo $$ >it; kill -STOP $$' &`,
  'a process without the token in the same group': `env -i bash -c 'echo $$ >it; while :; do /bin/sleep 0.1; done' &`,
};

export function stopCases(options: SuiteOptions): void {
  for (const [who, script] of Object.entries(escapes)) {
    withRoom(options, `a stop ends ${who}`, async (room, launcher) => {
      const spec = room.spec(`${script}\n${forever}`);
      await launcher.launch(spec);
      const pid = await room.pid('it');
      const end = await launcher.stop(spec, { graceMs: 300 });
      expect(end?.outcome).toBe('stopped');
      expect(isRunning(pid)).toBe(false);
      expect(isRunning(await room.pid('it'))).toBe(false);
      expect(holders(spec.token)).toEqual([]);
    });
  }

  withRoom(options, 'a stop is done before the process that asked for it ends', async (room) => {
    const specs = Array.from({ length: 10 }, () => room.spec('exec sleep 100'));
    const program = fileURLToPath(new URL('../stop-elsewhere-program.ts', import.meta.url));
    const run = promisify(execFile)(process.execPath, [program, options.module.href, JSON.stringify(specs)]);
    expect((await run).stdout).toBe('stopped all');
  });

  withRoom(
    options,
    'a process that ends early at TERM is not waited for longer, and its exit code is kept',
    async (room, launcher) => {
      const spec = room.spec(`trap 'exit 9' TERM; touch ready; ${forever}`);
      await launcher.launch(spec);
      await until('the trap to be set', () => room.has('ready'));
      const start = performance.now();
      expect(await launcher.stop(spec, { graceMs: 60_000 })).toEqual({
        outcome: 'stopped',
        exitCode: 9,
        signal: null,
        leftovers: 0,
      });
      expect(performance.now() - start).toBeLessThan(30_000);
      expect(await options.create().wait(spec)).toMatchObject({ outcome: 'stopped', exitCode: 9 });
    },
  );

  withRoom(
    options,
    'a process that has only just been launched is not waited for either',
    async (room, launcher) => {
      for (let round = 0; round < 24; round += 1) {
        const spec = room.spec('sleep 60');
        await launcher.launch(spec);
        await sleep(round % 8);
        const stopped = launcher.stop(spec, { graceMs: 60_000, signal: AbortSignal.timeout(10_000) });
        expect((await stopped)?.outcome).toBe('stopped');
      }
    },
  );

  withRoom(options, 'what a process starts to clean up with is not told to end', async (room, launcher) => {
    const spec = room.spec(`trap 'sleep 0.2 && touch cleaned; exit' TERM; touch ready; ${forever}`);
    await launcher.launch(spec);
    await until('the trap to be set', () => room.has('ready'));
    expect((await launcher.stop(spec, { graceMs: 60_000 }))?.outcome).toBe('stopped');
    expect(room.has('cleaned')).toBe(true);
  });

  withRoom(
    options,
    'a process that ignores TERM gets the grace time, and is then killed',
    async (room, launcher) => {
      const spec = room.spec(`trap '' TERM; touch ready; ${forever}`);
      await launcher.launch(spec);
      await until('the trap to be set', () => room.has('ready'));
      const start = performance.now();
      const end = await launcher.stop(spec, { graceMs: 200 });
      expect(end?.outcome).toBe('stopped');
      expect([null, 137]).toContain(end?.exitCode);
      expect(performance.now() - start).toBeGreaterThanOrEqual(200);
      expect(holders(spec.token)).toEqual([]);
    },
  );

  withRoom(
    options,
    'another launcher can stop it, and the one that waits is told',
    async (room, launcher) => {
      const spec = room.spec(forever);
      await launcher.launch(spec);
      const waiting = launcher.wait(spec);
      expect((await options.create().stop(spec))?.outcome).toBe('stopped');
      expect((await waiting).outcome).toBe('stopped');
      expect(await launcher.find(spec)).toMatchObject({ state: 'ended', end: { outcome: 'stopped' } });
    },
  );

  withRoom(options, 'stops at the same time and again afterwards do no harm', async (room, launcher) => {
    const spec = room.spec(`setsid sleep 60 & ${forever}`);
    await launcher.launch(spec);
    const other = options.create();
    const ends = await Promise.all([launcher.stop(spec), launcher.stop(spec), other.stop(spec)]);
    expect(ends.map((end) => end?.outcome)).toEqual(['stopped', 'stopped', 'stopped']);
    expect((await launcher.stop(spec))?.outcome).toBe('stopped');
    expect(holders(spec.token)).toEqual([]);
  });

  withRoom(options, 'a stop after the end leaves the end as it was', async (room, launcher) => {
    const spec = room.spec('exit 5');
    await launcher.launch(spec);
    const end = await launcher.wait(spec);
    expect(await launcher.stop(spec)).toEqual(end);
    expect(await options.create().stop(spec)).toEqual(end);
    expect(await launcher.wait(spec)).toEqual(end);
  });

  withRoom(options, 'a stop leaves other processes alone', async (room, launcher) => {
    const [one, other] = [room.spec(forever), room.spec(`setsid sleep 60 & ${forever}`)];
    await launcher.launch(one);
    const { pid } = await launcher.launch(other);
    await launcher.stop(one);
    expect(await launcher.find(other)).toEqual({ state: 'running', pid });
    await launcher.stop(other);
  });

  withRoom(
    options,
    'a signal ends the wait of a stop with its reason, and another stop finishes it',
    async (room, launcher) => {
      const spec = room.spec(`trap '' TERM; touch ready; ${forever}`);
      await launcher.launch(spec);
      await until('the trap to be set', () => room.has('ready'));
      const enough = new AbortController();
      const stopping = launcher.stop(spec, { graceMs: 60_000, signal: enough.signal });
      const reason = new Error('enough');
      setTimeout(() => enough.abort(reason), 20);
      await expect(stopping).rejects.toBe(reason);
      expect((await options.create().find(spec)).state).toBe('running');
      expect((await options.create().stop(spec, { graceMs: 0 }))?.outcome).toBe('stopped');
      expect(holders(spec.token)).toEqual([]);
    },
  );
}
