import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNativeLauncher } from '../src/index.ts';
import { helloRequest, watchRequest } from '../src/launcher-protocol.ts';
import { readExit } from '../src/records.ts';
import { pidsAt, whereNative, withSocket } from './native-program.ts';
import { until } from './room.ts';

/** Changes a limit of a process that runs: `--nofile`, or `--fsize` for a disk that takes so many bytes of a file. */
function limit(pid: number, which: '--nofile' | '--fsize', most: number | 'unlimited'): void {
  execFileSync('prlimit', ['--pid', String(pid), `${which}=${most}:`]);
}

whereNative((program) => {
  test('when a beginning cannot be written down, nothing runs and nothing is left', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      await launcher.launch(room.spec('true'));
      const before = readdirSync(room.root);
      const [pid = 0] = pidsAt(socketPath);
      for (const bytes of [0, 10, 100]) {
        limit(pid, '--fsize', bytes);
        const spec = room.spec('touch ran');
        await expect(launcher.launch(spec)).rejects.toMatchObject({
          code: 'process.launch_failed',
          context: { reason: bytes === 0 ? 'EFBIG' : 'ENOSPC' },
        });
        expect(await launcher.find(spec)).toEqual({ state: 'never_began' });
      }
      expect(readdirSync(room.root)).toEqual(before);
      limit(pid, '--fsize', 'unlimited');
      const spec = room.spec('exit 5');
      await launcher.launch(spec);
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 5 });
    });
  });

  // Nothing of the code's line, and a part of it that is a code as well.
  for (const bytes of [0, 1]) {
    test(`an exit code of which ${bytes} bytes can be written down is told, and taken for no other one`, async () => {
      await withSocket(async (room, socketPath) => {
        const launcher = createNativeLauncher({ program, socketPath });
        const [own, others] = [1, 2].map(() => room.spec('until [ -e go ]; do sleep 0.01; done; exit 37'));
        if (own === undefined || others === undefined) throw new Error('there are two');
        for (const spec of [own, others]) {
          const { pid } = await launcher.launch(spec);
          limit(pid, '--fsize', statSync(join(spec.recordDir, 'begun')).size + bytes);
        }
        writeFileSync(join(room.root, 'go'), '');
        expect(await launcher.wait(own)).toMatchObject({ outcome: 'exited', exitCode: 37 });
        expect(await createNativeLauncher({ program }).find(own)).toMatchObject({ end: { exitCode: 37 } });
        await until('the other to end', async () => (await launcher.find(others)).state === 'ended');
        expect(readExit(others.recordDir)).toBeNull();
        // Who was not told of it, and does not ask who was.
        expect(await createNativeLauncher({ program }).find(others)).toMatchObject({
          state: 'ended',
          end: { outcome: 'lost', exitCode: null },
        });
      });
    });
  }

  test('a launcher without a descriptor says so, leaves nothing, and goes on when it has one', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const first = room.spec('true');
      await launcher.launch(first);
      await launcher.wait(first);
      const [pid = 0] = pidsAt(socketPath);
      limit(pid, '--nofile', readdirSync(`/proc/${pid}/fd`).length);
      const spec = room.spec('touch ran');
      await expect(launcher.launch(spec)).rejects.toMatchObject({
        code: 'process.launch_failed',
        context: { reason: 'EMFILE' },
      });
      expect(existsSync(spec.recordDir)).toBe(false);
      // Nobody waits for anything: the first connection gives way.
      const client = connect(socketPath).on('error', () => undefined);
      client.resume().write(helloRequest());
      await until('an answer', () => client.bytesRead === 16);
      limit(pid, '--nofile', 1024);
      const later = room.spec('exit 5');
      await launcher.launch(later);
      expect(await launcher.wait(later)).toMatchObject({ exitCode: 5 });
      expect(pidsAt(socketPath)).toEqual([pid]);
      client.destroy();
    });
  });

  test('who finds a launcher without a descriptor is served when it has one', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec('until [ -e go ]; do sleep 0.01; done');
      await launcher.launch(spec); // and awaits it, so that its connection stays
      const [pid = 0] = pidsAt(socketPath);
      limit(pid, '--nofile', readdirSync(`/proc/${pid}/fd`).length);
      const client = connect(socketPath).on('error', () => undefined);
      client.resume().write(helloRequest());
      const before = ticksOf(pid);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      expect(client.bytesRead).toBe(0);
      expect(ticksOf(pid) - before).toBeLessThan(50); // hundredths of a second: it does not spin
      limit(pid, '--nofile', 1024);
      await until('an answer', () => client.bytesRead === 16);
      client.destroy();
      writeFileSync(join(room.root, 'go'), '');
      await launcher.wait(spec);
    });
  });

  test('a long request takes memory only until it was read', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      await launcher.launch(room.spec('true'));
      const [pid = 0] = pidsAt(socketPath);
      const before = kilobytesOf(pid);
      for (const bytes of [1_000_000, 5_000_000]) {
        const spec = room.spec('', { argv: ['true', 'x'.repeat(bytes)] });
        await expect(launcher.launch(spec)).rejects.toMatchObject({ context: { reason: 'E2BIG' } });
      }
      expect(kilobytesOf(pid) - before).toBeLessThan(4_000);
    });
  });

  test('who reads no answers is asked for no more, so that they take no memory', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      await launcher.launch(room.spec('true'));
      const [pid = 0] = pidsAt(socketPath);
      const before = kilobytesOf(pid);
      const client = connect(socketPath).pause();
      const request = watchRequest(2, 1);
      client.write(Buffer.concat([helloRequest(), Buffer.alloc(request.length * 1_000_000, request)]));
      for (let round = 0; round < 100; round += 1) {
        const spec = room.spec('', { argv: ['true'] });
        await launcher.launch(spec);
        await launcher.wait(spec);
      }
      expect(client.bytesWritten - client.writableLength).toBeLessThan(8_000_000);
      expect(kilobytesOf(pid) - before).toBeLessThan(4_000);
      client.destroy();
    });
  });
});

/** Its own CPU time, in clock ticks. */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

function kilobytesOf(pid: number): number {
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
