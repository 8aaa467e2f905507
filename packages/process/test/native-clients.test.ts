import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLauncher, createNativeLauncher } from '../src/index.ts';
import { LauncherConnection } from '../src/launcher-connection.ts';
import { helloRequest, watchRequest } from '../src/launcher-protocol.ts';
import { readIdentity } from '../src/records.ts';
import { pidsAt, whereNative, withSocket } from './native-program.ts';
import { Room, openedBy, until } from './room.ts';

/** As many as a launcher takes. */
const most = 1024;

whereNative((program) => {
  test('2,000 launchers of one process that launch once each have one connection', async () => {
    const room = new Room();
    try {
      const places: string[] = [];
      for (let round = 0; round < 40; round += 1) {
        await Promise.all(
          Array.from({ length: 50 }, async () => {
            const launcher = createLauncher();
            const spec = room.spec('', { argv: ['true'] });
            await launcher.launch(spec);
            expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 0 });
            places.push(readIdentity(spec.recordDir)?.launcher ?? 'none');
          }),
        );
      }
      const [socketPath = '', ...others] = new Set(places);
      expect(others).toEqual([]);
      const [pid = 0] = pidsAt(socketPath);
      expect(socketsOf(pid)).toBe(2); // one to hear who connects, and one connection
    } finally {
      room.dispose();
    }
  });

  test('who comes when a launcher has as many clients as it takes gets the place of one that awaits nothing', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec('until [ -e go ]; do sleep 0.01; done; exit 6');
      await launcher.launch(spec);
      const waiting = launcher.wait(spec); // the oldest client, that awaits something
      const clients = await connectMany(socketPath, most - 1);
      try {
        const [busy, oldest, ...rest] = clients;
        busy?.write(Buffer.alloc(3)); // the beginning of a request
        await LauncherConnection.open(socketPath).then((connection) => connection.close());
        await until('the oldest to be sent away', () => oldest?.closed === true);
        expect([busy, ...rest].filter((client) => client?.closed !== false)).toEqual([]);
        const other = room.spec('touch go');
        await launcher.launch(other);
        expect(await waiting).toMatchObject({ outcome: 'exited', exitCode: 6 });
      } finally {
        for (const client of clients) client.destroy();
      }
    });
  });

  test('who comes after a client that is gone hears nothing that was meant for that one', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec('until [ -e go ]; do sleep 0.01; done; exit 6');
      const { pid } = await launcher.launch(spec);
      for (const client of await connectMany(socketPath, 20, watchRequest(2, pid))) client.destroy();
      await until('them to be forgotten', () => socketsOf(pidsAt(socketPath)[0] ?? 0) === 2);
      const clients = await connectMany(socketPath, 20);
      writeFileSync(join(room.root, 'go'), '');
      expect(await launcher.wait(spec)).toMatchObject({ exitCode: 6 });
      const more = watchRequest(3, 1);
      for (const client of clients) client.write(more);
      await until('their answers', () => clients.every(({ bytesRead }) => bytesRead >= 32));
      expect(clients.filter(({ bytesRead }) => bytesRead > 32)).toEqual([]);
      for (const client of clients) client.destroy();
    });
  });

  test('who launched, was sent away and launches again notices nothing', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      for (let round = 0; round < 3; round += 1) {
        const spec = room.spec('exit 5');
        await launcher.launch(spec);
        expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 5 });
        for (const client of await connectMany(socketPath, most)) client.destroy();
      }
    });
  });

  test('who comes when all of its clients wait for jobs is sent away at once', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec('until [ -e go ]; do sleep 0.01; done; exit 6');
      const { pid } = await launcher.launch(spec);
      const clients = await connectMany(socketPath, most - 1, watchRequest(2, pid));
      try {
        const before = performance.now();
        await expect(LauncherConnection.open(socketPath)).rejects.toThrow(/did not answer|EPIPE|ECONNRESET/);
        expect(performance.now() - before).toBeLessThan(4_000); // it has 5 s for one that says nothing
        expect(pidsAt(socketPath)).toHaveLength(1);
        clients.pop()?.destroy();
        await until('there to be room', () => LauncherConnection.open(socketPath).then(closeIt, () => false));
      } finally {
        for (const client of clients) client.destroy();
      }
    });
  });
});

function closeIt(connection: LauncherConnection): true {
  connection.close();
  return true;
}

/** Clients that said hello, and asked for `more`, and have their answers. */
async function connectMany(socketPath: string, count: number, more?: Buffer): Promise<Socket[]> {
  const clients: Socket[] = [];
  const answers = more === undefined ? 1 : 2;
  while (clients.length < count) {
    const some = Array.from({ length: Math.min(50, count - clients.length) }, () => {
      const client = connect(socketPath).on('error', () => undefined);
      client.resume().write(more === undefined ? helloRequest() : Buffer.concat([helloRequest(), more]));
      return client;
    });
    await until('their answers', () => some.every(({ bytesRead }) => bytesRead >= answers * 16));
    clients.push(...some);
  }
  return clients;
}

function socketsOf(pid: number): number {
  return openedBy(pid).filter((opened) => opened.startsWith('socket:')).length;
}
