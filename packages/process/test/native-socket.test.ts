import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNativeLauncher, createNodeLauncher } from '../src/index.ts';
import { LauncherConnection } from '../src/launcher-connection.ts';
import {
  helloRequest,
  launchBody,
  launchRequest,
  protocolVersion,
  readAnswers,
  watchRequest,
} from '../src/launcher-protocol.ts';
import { linuxTable } from '../src/linux-table.ts';
import { startLauncher } from '../src/start-launcher.ts';
import { familyAt, pidsAt, whereNative, withSocket } from './native-program.ts';
import { Room, until } from './room.ts';

whereNative((program) => {
  test('of many that start a launcher at the same time all get the same', async () => {
    await withSocket(async (_room, socketPath) => {
      for (let round = 0; round < 5; round += 1) {
        const connections = await Promise.all(
          Array.from({ length: 20 }, () => startLauncher(program, socketPath)),
        );
        await until('the others to end', () => pidsAt(socketPath).length === 1);
        expect(connections.filter(({ isOpen }) => isOpen)).toHaveLength(20);
        for (const connection of connections) connection.close();
        await until('the last to end', () => pidsAt(socketPath).length === 0);
      }
    });
  });

  test('2,000 processes in a row leave neither a descriptor nor a zombie in the launcher', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const first = room.spec('true', { argv: ['true'] });
      await launcher.launch(first);
      await launcher.wait(first);
      const [pid = 0] = pidsAt(socketPath);
      const before = readdirSync(`/proc/${pid}/fd`);
      for (let round = 0; round < 40; round += 1) {
        const specs = Array.from({ length: 50 }, () => room.spec('true', { argv: ['true'] }));
        await Promise.all(specs.map((spec) => launcher.launch(spec)));
        const ends = await Promise.all(specs.map((spec) => launcher.wait(spec)));
        expect(ends.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
      }
      expect(readdirSync(`/proc/${pid}/fd`)).toEqual(before);
      expect(familyAt(socketPath)).toEqual([pid]);
    });
  });

  test('a client that reads no answers keeps nobody else from launching, and gets all of them in the end', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      await launcher.launch(room.spec('true'));
      const client = connect(socketPath).pause();
      const count = 50_000;
      const requests = Array.from({ length: count }, (_, at) => watchRequest(at + 2, 1));
      client.write(Buffer.concat([helloRequest(), ...requests]));
      const spec = room.spec('exit 5');
      await launcher.launch(spec);
      expect(await launcher.wait(spec)).toMatchObject({ exitCode: 5 });
      expect(client.bytesRead).toBe(0);
      const { whole } = readAnswers(await readBytes(client, 16 * (count + 1)));
      expect(whole.map(({ number }) => number)).toEqual([
        1,
        ...Array.from({ length: count }, (_, at) => at + 2),
      ]);
      client.destroy();
    });
  });

  test('who sends garbage is sent away, and nobody else is harmed', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      await launcher.launch(room.spec('true'));
      const [pid] = pidsAt(socketPath);
      for (let round = 0; round < 200; round += 1) {
        const garbage = randomBytes(4 + (round % 60));
        // Often with the right version first, and a length that fits.
        if (round % 3 > 0) garbage.writeUInt32LE(garbage.length - 4, 0);
        const bytes = round % 2 === 0 ? garbage : Buffer.concat([helloRequest(), garbage]);
        const client = connect(socketPath);
        client.on('error', () => undefined).resume();
        client.end(bytes); // the launcher may wait for the rest of it
        await once(client, 'close');
        expect(pidsAt(socketPath), `after ${bytes.toString('hex')}`).toEqual([pid]);
      }
      const spec = room.spec('exit 5');
      await launcher.launch(spec);
      expect(await launcher.wait(spec)).toMatchObject({ exitCode: 5 });
    });
  });

  test('a launch whose counts and strings do not agree is garbage, and begins nothing', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      await launcher.launch(room.spec('true'));
      const [pid] = pidsAt(socketPath);
      const spec = room.spec('');
      const right = launchBody({ ...spec, argv: ['/bin/touch', 'ran'] });
      const withCount = (at: number, count: number): Buffer => {
        const body = Buffer.from(right);
        body.writeUInt32LE(count, at);
        return body;
      };
      const bodies = [
        Buffer.alloc(0),
        right.subarray(0, 8),
        right.subarray(0, -1),
        Buffer.concat([right, Buffer.from('more\0')]),
        ...[0, 1, 3, 1_000, 2 ** 31 - 1, 2 ** 32 - 1].flatMap((count) => [
          withCount(0, count),
          withCount(4, count),
        ]),
      ].filter((body) => !body.equals(right));
      for (const body of bodies) {
        const client = connect(socketPath);
        const closed = once(client, 'close');
        client.on('error', () => undefined).resume();
        client.write(Buffer.concat([helloRequest(), launchRequest(2, body)]));
        await closed;
      }
      expect(pidsAt(socketPath)).toEqual([pid]);
      expect(room.has('ran')).toBe(false);
    });
  });

  test('who speaks another version is told ours, and launches nothing', async () => {
    await withSocket(async (room, socketPath) => {
      await createNativeLauncher({ program, socketPath }).launch(room.spec('true'));
      const client = connect(socketPath);
      const closed = once(client, 'close');
      const hello = helloRequest();
      hello.writeUInt32LE(999, 8);
      client.write(Buffer.concat([hello, watchRequest(2, 1)]));
      const answers = readAnswers(await readBytes(client, 16)).whole;
      expect(answers).toMatchObject([{ kind: 'hello', number: 1 }]);
      await closed;
    });
  });

  test('a request of a client that is gone begins nothing', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      await launcher.launch(room.spec('true'));
      const [pid = 0] = pidsAt(socketPath);
      const spec = room.spec('touch ran');
      mkdirSync(spec.recordDir);
      process.kill(pid, 'SIGSTOP');
      const client = connect(socketPath);
      const body = launchBody({ ...spec, argv: ['/bin/bash', '-c', 'touch ran'] });
      client.write(Buffer.concat([helloRequest(), launchRequest(2, body)]));
      await once(client, 'connect');
      const closed = once(client, 'close');
      client.destroy();
      await closed;
      process.kill(pid, 'SIGCONT');
      const later = room.spec('true');
      await launcher.launch(later);
      await launcher.wait(later);
      expect(room.has('ran')).toBe(false);
      expect(await launcher.find(spec)).toEqual({ state: 'never_began' });
    });
  });
});

test('of a launcher that speaks another version nothing is asked, and its processes are waited for', async () => {
  const room = new Room();
  const socketPath = join(room.root, 'launcher');
  const asked: Buffer[] = [];
  const server = createServer((client) => {
    const hello = Buffer.alloc(16);
    hello.writeUInt32LE(1, 0);
    hello.writeUInt32LE(protocolVersion + 1, 4);
    client.write(hello);
    client.on('data', (bytes) => asked.push(bytes)).on('error', () => undefined);
  }).listen(socketPath);
  try {
    await once(server, 'listening');
    await expect(LauncherConnection.open(socketPath)).rejects.toThrow(
      `speaks version ${protocolVersion + 1}`,
    );
    const spec = room.spec('until [ -e go ]; do sleep 0.01; done; exit 6');
    const { pid } = await createNodeLauncher().launch(spec);
    // As a keeper of that launcher would have written it.
    const identity = {
      pid,
      start_ticks: linuxTable().look(pid)?.startTicks,
      boot_id: linuxTable().bootId(),
      launcher: socketPath,
    };
    await until('it to begin', () => room.has('p1/begun') && room.read('p1/begun') !== '');
    rmSync(join(spec.recordDir, 'identity'));
    appendFileSync(join(spec.recordDir, 'begun'), `${JSON.stringify(identity)}\n`);
    const waiting = createNativeLauncher({ program: 'none' }).wait(spec);
    await until('it to be asked', () => asked.length > 1);
    writeFileSync(join(room.root, 'go'), '');
    expect(await waiting).toMatchObject({ outcome: 'exited', exitCode: 6 });
    expect(asked).toEqual([helloRequest(), helloRequest()]);
  } finally {
    server.close();
    room.dispose();
  }
});

async function readBytes(socket: Socket, count: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
  });
  socket.resume();
  await until(`${count} bytes`, () => length >= count);
  return Buffer.concat(chunks);
}
