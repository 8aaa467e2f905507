import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { SuiteOptions } from '../suite.ts';
import { withRoom } from './with-room.ts';

export function launchCases(options: SuiteOptions): void {
  withRoom(options, 'arguments reach the program as they are, through no shell', async (room, launcher) => {
    const odd = ['a b', '$HOME', '`id`', '"', "'", '', '*', '\n', '-n', 'é🐧'];
    const spec = room.spec('', { argv: ['bash', '-c', `printf '%s\\0' "$@"`, 'name', ...odd] });
    await launcher.launch(spec);
    expect(await launcher.wait(spec)).toEqual({ outcome: 'exited', exitCode: 0, signal: null, leftovers: 0 });
    expect(room.read('p1.out').split('\0').slice(0, -1)).toEqual(odd);
  });

  withRoom(
    options,
    'a process runs in its directory, with the given environment, the token and nothing else',
    async (room, launcher) => {
      const environment = { PATH: '/usr/bin:/bin', code: '1', dir: '2', QUOTES: `'"$x"` };
      const spec = room.spec('', { argv: ['env'], environment });
      await launcher.launch(spec);
      await launcher.wait(spec);
      const found = room
        .read('p1.out')
        .split('\n')
        .filter((line) => !/^(PWD|OLDPWD|_|SHLVL)=/.test(line));
      expect(found.toSorted()).toEqual(
        [...Object.entries(environment), ['AIFLOW_ATTEMPT_ID', spec.token]]
          .map(([name, value]) => `${name}=${value}`)
          .toSorted(),
      );
      const where = room.spec('pwd -P');
      await launcher.launch(where);
      await launcher.wait(where);
      expect(room.read('p2.out')).toBe(room.root);
    },
  );

  withRoom(options, 'a process has a session of its own, and reads nothing', async (room, launcher) => {
    const spec = room.spec(
      'read -r line; echo "$line|$(ps -o sid= -p $$)|$(ps -o sid= -p ' + process.pid + ')"',
    );
    await launcher.launch(spec);
    await launcher.wait(spec);
    const [line, own, ours] = room.read('p1.out').split('|');
    expect(line).toBe('');
    expect(own).not.toBe(ours);
  });

  withRoom(options, 'output is appended to its files', async (room, launcher) => {
    const spec = room.spec('echo out; echo err >&2');
    writeFileSync(spec.stdout, 'before\n');
    await launcher.launch(spec);
    await launcher.wait(spec);
    expect(room.read('p1.out')).toBe('before\nout');
    expect(room.read('p1.err')).toBe('err');
  });

  for (const [what, argv, reason] of [
    ['a name that is not on the PATH', ['no-such-program'], 'ENOENT'],
    ['a path where nothing is', ['./nothing/here'], 'ENOENT'],
    ['a file that may not be executed', ['./plain'], 'EACCES'],
    ['a directory', ['./directory'], 'EISDIR'],
    ['an argument with a NUL', ['echo', 'a\0b'], 'ERR_INVALID_ARG_VALUE'],
    ['an argument that is too long for the system', ['echo', 'x'.repeat(5_000_000)], 'E2BIG'],
  ] as const) {
    withRoom(
      options,
      `launching ${what} is process.launch_failed with the reason, and leaves nothing`,
      async (room, launcher) => {
        writeFileSync(join(room.root, 'plain'), 'echo hello');
        mkdirSync(join(room.root, 'directory'));
        const spec = room.spec('', { argv: [...argv] });
        await expect(launcher.launch(spec)).rejects.toMatchObject({
          code: 'process.launch_failed',
          context: { reason },
        });
        expect(readdirSync(room.root).toSorted()).toEqual(['directory', 'plain']);
        expect(await launcher.find(spec)).toEqual({ state: 'never_began' });
      },
    );
  }

  withRoom(options, 'a file that names no interpreter is run by the shell', async (room, launcher) => {
    writeFileSync(join(room.root, 'script'), 'echo "$0" "$1"; exit 4\n', { mode: 0o755 });
    const spec = room.spec('', { argv: ['./script', 'a b'] });
    await launcher.launch(spec);
    expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 4 });
    expect(room.read('p1.out')).toBe(`${room.root}/script a b`);
  });

  withRoom(
    options,
    'a script whose interpreter is missing ends as in a shell, and says why',
    async (room, launcher) => {
      writeFileSync(join(room.root, 'script'), '#!/no/such/interpreter\n', { mode: 0o755 });
      const spec = room.spec('', { argv: ['./script'] });
      await launcher.launch(spec);
      expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 127 });
      expect(room.read('p1.err')).toContain(`${room.root}/script`);
    },
  );

  withRoom(
    options,
    'a working directory that does not exist is process.launch_failed, and leaves nothing',
    async (room, launcher) => {
      const spec = room.spec('true', { cwd: join(room.root, 'gone') });
      await expect(launcher.launch(spec)).rejects.toMatchObject({
        code: 'process.launch_failed',
        context: { reason: 'ENOENT' },
      });
      expect(readdirSync(room.root)).toEqual([]);
    },
  );

  withRoom(
    options,
    'a log file that cannot be made is process.launch_failed, and nothing runs',
    async (room, launcher) => {
      const spec = room.spec('touch ran', { stderr: join(room.root, 'no', 'such', 'directory') });
      await expect(launcher.launch(spec)).rejects.toMatchObject({ code: 'process.launch_failed' });
      expect(readdirSync(room.root)).toEqual([]);
    },
  );

  withRoom(options, 'the same records are used for one process only', async (room, launcher) => {
    const spec = room.spec('echo once >>runs');
    await launcher.launch(spec);
    await launcher.wait(spec);
    await expect(options.create().launch(spec)).rejects.toMatchObject({ code: 'process.already_launched' });
    expect(room.read('runs')).toBe('once');
    expect(existsSync(spec.recordDir)).toBe(true);
  });
}
