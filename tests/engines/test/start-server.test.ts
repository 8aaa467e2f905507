import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { freePort } from '../src/free-port.ts';
import { listens } from '../src/listens.ts';
import { startServer } from '../src/start-server.ts';

/** A server that ignores a friendly request to end, when `stubborn`. */
function program(port: number, stubborn: boolean): string {
  const ignore = stubborn ? "process.on('SIGTERM', () => {});" : '';
  return `${ignore} require('node:http').createServer().listen(${port}, '127.0.0.1');`;
}

test('a server is there when it answers, and gone when it is disposed of', async () => {
  const port = await freePort();
  const args = ['-e', program(port, false)];
  {
    await using server = await startServer({
      command: process.execPath,
      args,
      isReady: async () => await listens(port),
    });
    expect(server).toBeDefined();
    expect(await listens(port)).toBe(true);
  }
  expect(await listens(port)).toBe(false);
});

test('a server that does not want to end is gone all the same', async () => {
  const port = await freePort();
  const args = ['-e', program(port, true)];
  const isReady = async (): Promise<boolean> => await listens(port);
  const server = await startServer({ command: process.execPath, args, isReady });
  await server[Symbol.asyncDispose]();
  expect(await listens(port)).toBe(false);
});

test('a server that ends before it answers is told at once, with what it said', async () => {
  const args = ['-e', 'console.error("the port is taken"); process.exit(3)'];
  const starting = startServer({ command: process.execPath, args, isReady: async () => false });
  await expect(starting).rejects.toThrow('did not answer:\nthe port is taken');
});

test('a server ends when the process that started it is killed', async () => {
  const port = await freePort();
  const url = (name: string): string => JSON.stringify(new URL(`../src/${name}.ts`, import.meta.url).href);
  const lines = [
    `const { startServer } = await import(${url('start-server')});`,
    `const { listens } = await import(${url('listens')});`,
    `const args = ['-e', ${JSON.stringify(program(port, false))}];`,
    `await startServer({ command: process.execPath, args, isReady: async () => await listens(${port}) });`,
    "console.log('it answers');",
  ];
  const starter = spawn(process.execPath, ['--input-type=module', '-e', lines.join('\n')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(starter.stdout, 'data');
  expect(await listens(port)).toBe(true);
  starter.kill('SIGKILL');
  await expect.poll(async () => await listens(port), { timeout: 10_000 }).toBe(false);
});
