import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startFaultProxy } from '../src/index.ts';

test('an answer of a server that hangs up before it has read all is passed on, and nothing else happens', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.pause();
      socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
      void setTimeout(20).then(() => socket.resetAndDestroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using proxy = await startFaultProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const asked = request(proxy.url, { method: 'PUT' });
  asked.end(Buffer.alloc(30 * 1024 * 1024));
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  expect(answer.resume().statusCode).toBe(404);
  await setTimeout(100); // for what comes after the answer
  server.close();
});
