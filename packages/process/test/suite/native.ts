import { expect } from 'vitest';
import { dwellers, killHard, until } from '../room.ts';
import type { SuiteOptions } from '../suite.ts';
import { withRoom } from './with-room.ts';

const forever = 'while :; do /bin/sleep 0.1; done';

/** Each starts a process that no token, group or session leads to, and that writes its number into the file `it`. */
const escapes: Readonly<Record<string, string>> = {
  'in a session of its own': `env -i setsid /bin/bash -c 'echo $$ >it; ${forever}' &`,
  'after a double fork': `(env -i setsid /bin/bash -c '(setsid /bin/bash -c "echo \\$\\$ >it; ${forever}" &)' &)`,
  'and ignores TERM': `env -i setsid /bin/bash -c "trap '' TERM HUP INT; echo \\$\\$ >it; ${forever}" &`,
  'and answers TERM with another one': `env -i setsid /bin/bash -c "trap \\"setsid /bin/bash -c 'echo \\\\\\$\\\\\\$ >it; ${forever}' & exit\\" TERM; echo \\$\\$ >it; ${forever}" &`,
  'and stops itself': `env -i setsid /bin/bash -c 'echo $$ >it; kill -STOP $$' &`,
  // Each lives for a moment only, so that nobody who looks finds it still there. It comes to an end by itself in a
  // minute or two: nobody would find it after a run of these tests that was ended in the middle.
  'and runs from process to process': `echo 'echo $$ >it; (( $1 > 0 )) && setsid /bin/bash chain $(($1 - 1)) &' >chain; env -i setsid /bin/bash chain 30000 &`,
};

/** What only a launcher can do that is told of every orphan. */
export function nativeCases(options: SuiteOptions): void {
  for (const [how, script] of Object.entries(escapes)) {
    for (const [what, stopper] of [
      ['the launcher', 'same'],
      ['another one', 'other'],
    ] as const) {
      withRoom(
        options,
        `who clears its environment ${how} does not escape a stop by ${what}`,
        async (room, launcher) => {
          const spec = room.spec(`${script}\n${forever}`);
          await launcher.launch(spec);
          await room.pid('it');
          const stopping = (stopper === 'same' ? launcher : options.create()).stop(spec, { graceMs: 200 });
          expect((await stopping)?.outcome).toBe('stopped');
          expect(dwellers(room.root)).toEqual([]);
        },
      );
    }
  }

  withRoom(options, 'nor does it outlive the end of its job, and it is counted', async (room, launcher) => {
    const spec = room.spec(`${escapes['after a double fork'] ?? ''}\nuntil [ -s it ]; do :; done; exit 3`);
    await launcher.launch(spec);
    await room.pid('it');
    const end = await launcher.wait(spec);
    expect(end).toMatchObject({ outcome: 'exited', exitCode: 3 });
    expect(end.leftovers).toBeGreaterThan(0);
    expect(dwellers(room.root)).toEqual([]);
  });

  withRoom(options, 'a keeper that is asked to kills all that is below it', async (room, launcher) => {
    const spec = room.spec(`${escapes['and runs from process to process'] ?? ''}\n${forever}`);
    const { pid } = await launcher.launch(spec);
    await room.pid('it');
    process.kill(pid, 'SIGUSR1');
    expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 137 });
    expect(dwellers(room.root)).toEqual([]);
  });

  withRoom(options, 'nor the death of its keeper', async (room, launcher) => {
    const spec = room.spec(`${escapes['and ignores TERM'] ?? ''}\n${forever}`);
    const { pid } = await launcher.launch(spec);
    await room.pid('it');
    killHard(pid);
    expect(await launcher.wait(spec)).toMatchObject({ outcome: 'lost', exitCode: null });
    await until('the launcher to have killed it', () => dwellers(room.root).length === 0);
  });

  withRoom(
    options,
    'a program has no descriptor, no blocked and no ignored signal of ours',
    async (room, launcher) => {
      const spec = room.spec('', {
        argv: ['sh', '-c', 'ls /proc/self/fd; grep -E "Sig(Blk|Ign)" /proc/self/status'],
      });
      await launcher.launch(spec);
      await launcher.wait(spec);
      const zero = '0000000000000000';
      // The last one is the directory that ls reads.
      expect(room.read('p1.out').split('\n')).toEqual([
        '0',
        '1',
        '2',
        '3',
        `SigBlk:\t${zero}`,
        `SigIgn:\t${zero}`,
      ]);
    },
  );
}
