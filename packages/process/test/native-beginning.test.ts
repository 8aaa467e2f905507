import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNativeLauncher } from '../src/index.ts';
import { helloRequest, launchBody, launchRequest, readAnswers, steps } from '../src/launcher-protocol.ts';
import { pidsAt, whereNative, withSocket } from './native-program.ts';
import { until } from './room.ts';

whereNative((program) => {
  test('what was decided never to begin does not, when its request comes late', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      await launcher.launch(room.spec('true'));
      const spec = room.spec('');
      mkdirSync(spec.recordDir);
      expect(await launcher.find(spec)).toEqual({ state: 'never_began' });
      const client = connect(socketPath);
      const chunks: Buffer[] = [];
      client.on('data', (chunk: Buffer) => chunks.push(chunk));
      const body = launchBody({ ...spec, argv: ['/bin/touch', 'ran'] });
      client.write(Buffer.concat([helloRequest(), launchRequest(2, body)]));
      await until('the answers', () => client.bytesRead >= 32);
      expect(readAnswers(Buffer.concat(chunks)).whole.at(-1)).toMatchObject({
        kind: 'failed',
        detail: steps.records,
      });
      expect(readFileSync(join(spec.recordDir, 'begun'), 'utf8')).toBe('never\n');
      expect(room.has('ran')).toBe(false);
      client.destroy();
    });
  });

  test('a launch that fails leaves output that was there before', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec('', { argv: ['true', 'x'.repeat(5_000_000)] });
      writeFileSync(spec.stdout, 'before\n');
      await expect(launcher.launch(spec)).rejects.toMatchObject({ context: { reason: 'E2BIG' } });
      expect(room.read('p1.out')).toBe('before');
      expect(room.has('p1.err')).toBe(false);
    });
  });

  test('a KILL to the group of the launcher does not reach its processes', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      const spec = room.spec('until [ -e go ]; do sleep 0.01; done; exit 6');
      await launcher.launch(spec);
      const [pid = 0] = pidsAt(socketPath);
      process.kill(-pid, 'SIGKILL');
      await until('the launcher to be gone', () => pidsAt(socketPath).length === 0);
      writeFileSync(join(room.root, 'go'), '');
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 6 });
    });
  });
});
