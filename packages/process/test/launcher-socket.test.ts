import { chmodSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ownSocketPath } from '../src/launcher-socket.ts';
import { linuxTable } from '../src/linux-table.ts';
import { Room } from './room.ts';

const name = `aiflow-${process.geteuid?.()}`;
const pathIn = (...bases: readonly string[]): string => ownSocketPath(linuxTable(), '/program', bases);

describe.skipIf(process.platform !== 'linux')('the socket of a launcher', () => {
  let room: Room;
  beforeEach(() => {
    room = new Room();
  });
  afterEach(() => room.dispose());

  test('lies in a directory that only its user can enter, at the same path for the whole process', () => {
    const path = pathIn(room.root);
    expect(dirname(path)).toBe(join(room.root, name));
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(pathIn(room.root)).toBe(path);
    expect(ownSocketPath(linuxTable(), '/another', [room.root])).not.toBe(path);
  });

  test('is put nowhere else but in the next place when its path would be too long or have odd characters', () => {
    for (const odd of ['x'.repeat(100), '"', 'a b']) {
      mkdirSync(join(room.root, odd));
      expect(dirname(pathIn(join(room.root, odd), room.root))).toBe(join(room.root, name));
    }
  });

  test('is not put where others can enter, where a link leads, or where nothing is', () => {
    const [open, linked] = ['open', 'linked'].map((base) => join(room.root, base));
    mkdirSync(join(open ?? '', name), { recursive: true });
    chmodSync(join(open ?? '', name), 0o755);
    mkdirSync(linked ?? '');
    symlinkSync(room.root, join(linked ?? '', name));
    for (const base of [open ?? '', linked ?? '', join(room.root, 'nowhere')]) {
      expect(() => pathIn(base)).toThrow(expect.objectContaining({ code: 'process.no_launcher' }));
    }
  });
});
