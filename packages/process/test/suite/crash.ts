import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { launchElsewhere } from '../launch-elsewhere.ts';
import { holders } from '../room.ts';
import type { SuiteOptions } from '../suite.ts';
import { withRoom } from './with-room.ts';

export function crashCases(options: SuiteOptions): void {
  withRoom(
    options,
    'a process goes on when its launcher is killed, and its exit code is found',
    async (room, launcher) => {
      const spec = room.spec('until [ -e go ]; do sleep 0.01; done; echo done; exit 6');
      await launchElsewhere(options.module, spec);
      expect((await launcher.find(spec)).state).toBe('running');
      appendFileSync(join(room.root, 'go'), '');
      expect(await launcher.wait(spec)).toEqual({
        outcome: 'exited',
        exitCode: 6,
        signal: null,
        leftovers: 0,
      });
      expect(room.read('p1.out')).toBe('done');
    },
  );

  withRoom(
    options,
    'a process whose launcher was killed can be stopped with its whole tree',
    async (room, launcher) => {
      const spec = room.spec('setsid sleep 60 & (setsid sleep 60 &); sleep 60');
      await launchElsewhere(options.module, spec);
      expect((await launcher.stop(spec))?.outcome).toBe('stopped');
      expect(holders(spec.token)).toEqual([]);
      expect(await options.create().find(spec)).toMatchObject({
        state: 'ended',
        end: { outcome: 'stopped' },
      });
    },
  );

  withRoom(options, 'nothing was ever launched: it never began', async (room, launcher) => {
    expect(await launcher.find(room.spec('true'))).toEqual({ state: 'never_began' });
  });

  withRoom(
    options,
    'a launch that was cut short before it began never begins, and can be made again',
    async (room, launcher) => {
      const spec = room.spec('echo ran');
      mkdirSync(spec.recordDir);
      expect(await launcher.find(spec)).toEqual({ state: 'never_began' });
      expect(await options.create().find(spec)).toEqual({ state: 'never_began' });
      await launcher.launch(spec);
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 0 });
      expect(room.read('p1.out')).toBe('ran');
    },
  );
}
