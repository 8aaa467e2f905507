import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createNodeLauncher } from '../src/index.ts';
import { Room } from './room.ts';

test('who is cut short while it decides that a process never began has decided nothing', async () => {
  const room = new Room();
  try {
    const spec = room.spec('exit 6');
    mkdirSync(spec.recordDir); // a launch was meant, and its launcher was killed
    const index = new URL('../src/index.ts', import.meta.url).href;
    const place = JSON.stringify({ recordDir: spec.recordDir, token: spec.token });
    const program = `import { createNodeLauncher } from '${index}'; await createNodeLauncher().find(${place});`;
    // Files may be made, and not be written.
    const shell = [
      '-c',
      'ulimit -f 0; exec "$@"',
      'bash',
      process.execPath,
      '--input-type=module',
      '-e',
      program,
    ];
    expect(spawnSync('bash', shell).status).not.toBe(0);
    const launcher = createNodeLauncher();
    expect(await launcher.find(spec)).toEqual({ state: 'never_began' });
    await launcher.launch(spec);
    expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 6 });
  } finally {
    room.dispose();
  }
});
