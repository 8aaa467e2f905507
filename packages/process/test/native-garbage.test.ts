import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { createNativeLauncher } from '../src/index.ts';
import { helloRequest, launchBody, launchRequest, watchRequest } from '../src/launcher-protocol.ts';
import { pidsAt, whereNative, withSocket } from './native-program.ts';
import type { Room } from './room.ts';
import { until } from './room.ts';

/** A request with all its words as they are given: its length, its kind, its number, and what follows. */
function request(words: readonly number[], body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(Uint32Array.from(words).buffer), body]);
}

const hello = helloRequest();
const kinds = { hello: 1, launch: 2, watch: 3 } as const;

/** What a launch of `touch ran` asks for, with other counts or other strings. */
function launchOf(room: Room, change: (body: Buffer) => Buffer): Buffer {
  const spec = room.spec('');
  mkdirSync(spec.recordDir);
  const body = launchBody({ ...spec, argv: ['/bin/touch', 'ran'] });
  return launchRequest(2, change(body));
}

function withCounts(body: Buffer, change: readonly [number, number]): Buffer {
  const changed = Buffer.from(body);
  for (const [at, by] of change.entries()) changed.writeUInt32LE(changed.readUInt32LE(4 * at) + by, 4 * at);
  return changed;
}

const garbage: Readonly<Record<string, (room: Room) => Buffer>> = {
  'a request of no bytes': () => Buffer.concat([hello, request([0])]),
  'a request too short for a kind': () => Buffer.concat([hello, request([4, kinds.watch])]),
  'a request too short for a number': () => Buffer.concat([hello, request([7, kinds.watch, 0])]),
  'a request that is too long': () => Buffer.concat([hello, request([8 * 1024 * 1024 + 1, kinds.launch, 2])]),
  'a kind that there is not': () => Buffer.concat([hello, request([12, 4, 2, 1])]),
  'kind 0': () => Buffer.concat([hello, request([12, 0, 2, 1])]),
  'a hello with something behind it': () => request([12, kinds.hello, 1, 0]),
  'no hello before a watch': () => watchRequest(2, 1),
  'no hello before a launch': (room) => launchOf(room, (body) => body),
  'a watch of nothing': () => Buffer.concat([hello, request([8, kinds.watch, 2])]),
  'a watch of two': () => Buffer.concat([hello, request([16, kinds.watch, 2, 1, 1])]),
  'a launch without counts': () => Buffer.concat([hello, request([12, kinds.launch, 2, 0])]),
  'a launch without a NUL at its end': (room) =>
    Buffer.concat([hello, launchOf(room, (body) => body.subarray(0, -1))]),
  'a launch with a string too many': (room) =>
    Buffer.concat([hello, launchOf(room, (body) => Buffer.concat([body, Buffer.from('A=1\0')]))]),
  'a launch with a string too few': (room) =>
    Buffer.concat([hello, launchOf(room, (body) => body.subarray(0, body.lastIndexOf('\0', -2) + 1))]),
  // As many strings as there are, and yet no program among them.
  'a launch of no arguments': (room) =>
    Buffer.concat([hello, launchOf(room, (body) => withCounts(body, [-2, 2]))]),
  'a launch of more arguments than bytes': (room) =>
    Buffer.concat([hello, launchOf(room, (body) => withCounts(body, [2 ** 31, 0]))]),
  'a launch of more variables than bytes': (room) =>
    Buffer.concat([hello, launchOf(room, (body) => withCounts(body, [0, 2 ** 31]))]),
};

whereNative((program) => {
  for (const [what, bytes] of Object.entries(garbage)) {
    test(`who sends ${what} is sent away at once, and nothing begins`, async () => {
      await withSocket(async (room, socketPath) => {
        const launcher = createNativeLauncher({ program, socketPath });
        await launcher.launch(room.spec('true'));
        const before = pidsAt(socketPath);
        const client = connect(socketPath).on('error', () => undefined);
        client.resume().write(bytes(room)); // and waits: it does not end by itself
        await until('it to be sent away', () => client.closed);
        expect(pidsAt(socketPath)).toEqual(before);
        const spec = room.spec('exit 5');
        await launcher.launch(spec);
        expect(await launcher.wait(spec)).toMatchObject({ exitCode: 5 });
        expect(room.has('ran')).toBe(false);
      });
    });
  }

  test('what follows garbage is not done', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      await launcher.launch(room.spec('true'));
      const client = connect(socketPath).on('error', () => undefined);
      const closed = once(client, 'close');
      client.resume().write(Buffer.concat([hello, request([12, 4, 2, 1]), launchOf(room, (body) => body)]));
      await closed;
      const spec = room.spec('true');
      await launcher.launch(spec);
      await launcher.wait(spec);
      expect(room.has('ran')).toBe(false);
    });
  });

  test('a request that comes byte by byte is read whole', async () => {
    await withSocket(async (room, socketPath) => {
      await createNativeLauncher({ program, socketPath }).launch(room.spec('true'));
      const client = connect(socketPath).setNoDelay();
      for (const byte of Buffer.concat([hello, watchRequest(2, 1)])) {
        await new Promise((resolve) => client.write(Buffer.of(byte), resolve));
      }
      client.resume();
      await until('both answers', () => client.bytesRead === 32);
      expect(client.closed).toBe(false);
      client.destroy();
    });
  });
});
