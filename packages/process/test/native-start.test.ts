import { expect, test } from 'vitest';
import { createNativeLauncher } from '../src/index.ts';
import { linuxTable } from '../src/linux-table.ts';
import { readIdentity } from '../src/records.ts';
import { whereNative, withSocket } from './native-program.ts';

whereNative((program) => {
  // Many, because a keeper takes its start from a clock, and few begin where a tick of it ends.
  test('the start that a keeper writes down is the one that the system tells', async () => {
    await withSocket(async (room, socketPath) => {
      const launcher = createNativeLauncher({ program, socketPath });
      for (let round = 0; round < 400; round += 1) {
        const spec = room.spec('', { argv: ['sleep', '60'] });
        const { pid } = await launcher.launch(spec);
        expect(readIdentity(spec.recordDir)?.startTicks).toBe(linuxTable().look(pid)?.startTicks);
        process.kill(pid, 'SIGUSR1');
      }
    });
  });
});
