import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { ProcessLauncher } from '../src/index.ts';
import { createLauncher } from '../src/index.ts';
import { nativeProgram } from './native-program.ts';
import { Room } from './room.ts';

const wish = process.env['AIFLOW_LAUNCHER'];

afterEach(() => {
  if (wish === undefined) delete process.env['AIFLOW_LAUNCHER'];
  else process.env['AIFLOW_LAUNCHER'] = wish;
  vi.restoreAllMocks();
});

/** Runs a process with the launcher that is chosen; tells whether it was the native one. */
async function isNative(room: Room, launcher: ProcessLauncher = createLauncher()): Promise<boolean> {
  const spec = room.spec('exit 3');
  await launcher.launch(spec);
  expect(await launcher.wait(spec)).toMatchObject({ outcome: 'exited', exitCode: 3 });
  // A keeper leaves its records in one file.
  return !room.has(`${spec.recordDir.split('/').at(-1)}/exit`);
}

async function inRoom(run: (room: Room) => Promise<void>): Promise<void> {
  const room = new Room();
  try {
    await run(room);
  } finally {
    room.dispose();
  }
}

test('the native launcher is taken where its program is installed', async () => {
  delete process.env['AIFLOW_LAUNCHER'];
  await inRoom(async (room) => expect(await isNative(room)).toBe(nativeProgram !== null));
});

test('AIFLOW_LAUNCHER=node takes the one of plain Node', async () => {
  process.env['AIFLOW_LAUNCHER'] = 'node';
  await inRoom(async (room) => expect(await isNative(room)).toBe(false));
});

test('AIFLOW_LAUNCHER takes the path of a program', async (context) => {
  if (nativeProgram === null) return context.skip('there is no program');
  process.env['AIFLOW_LAUNCHER'] = nativeProgram;
  await inRoom(async (room) => expect(await isNative(room)).toBe(true));
});

test('AIFLOW_LAUNCHER with a path where no program is says so', () => {
  process.env['AIFLOW_LAUNCHER'] = '/no/such/program';
  expect(() => createLauncher()).toThrow(expect.objectContaining({ code: 'process.no_launcher' }));
});

test.for([
  ['ends at once', '#!/bin/sh\nexit 1\n'],
  ['is for another machine', 'neither ELF nor a script'],
])('where the program %s, processes are launched by plain Node', async ([, text]) => {
  await inRoom(async (room) => {
    const program = join(room.root, 'program');
    writeFileSync(program, text ?? '');
    chmodSync(program, 0o755);
    process.env['AIFLOW_LAUNCHER'] = program;
    expect(await isNative(room)).toBe(false);
    expect(await isNative(room)).toBe(false);
  });
});

test('a program that could not be started is tried again after a minute', async (context) => {
  if (nativeProgram === null) return context.skip('there is no program');
  await inRoom(async (room) => {
    const program = join(room.root, 'program');
    writeFileSync(program, `#!/bin/sh\n[ -e ${room.root}/well ] || exit 1\nexec ${nativeProgram} "$@"\n`);
    chmodSync(program, 0o755);
    process.env['AIFLOW_LAUNCHER'] = program;
    const launcher = createLauncher();
    expect(await isNative(room, launcher)).toBe(false);
    writeFileSync(join(room.root, 'well'), '');
    expect(await isNative(room, launcher)).toBe(false);
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
    expect(await isNative(room, launcher)).toBe(true);
  });
});
