import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Children } from '../src/children.ts';
import type { LaunchedChild } from '../src/launched-child.ts';
import { readExit } from '../src/records.ts';

function ended(code: number | null): LaunchedChild {
  const exit = { code, group: [], nothingLeft: false };
  const exited = Promise.resolve();
  return { pid: 7, startedAt: 0, exit, exited, isForgotten: false, hold: () => {}, release: () => {} };
}

describe('what is remembered of children that have ended', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'aiflow-process-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test('is nothing as soon as their exit codes are written, which is done for them', () => {
    const children = new Children();
    for (const [name, code] of [
      ['with', 3],
      ['without', 4],
      ['killed', null],
    ] as const) {
      if (name === 'with') mkdirSync(join(root, name));
      children.add(join(root, name), ended(code));
      children.settle(join(root, name));
    }
    expect(children.size).toBe(0);
    expect(readExit(join(root, 'with'))).toBe(3);
    expect(readExit(join(root, 'without'))).toBe(4);
    expect(existsSync(join(root, 'killed'))).toBe(false);
  });

  test('is the last of many whose exit codes cannot be written', () => {
    const children = new Children(2);
    const places = ['a', 'b', 'c'].map((name) => join(root, 'gone', name)); // nobody can write there
    for (const place of places) {
      children.add(place, ended(3));
      children.settle(place);
      children.settle(place);
    }
    expect(places.map((place) => children.get(place)?.exit?.code)).toEqual([undefined, 3, 3]);
  });

  test('is nothing of a child that still lives, as soon as nobody will tell of its end', () => {
    const children = new Children();
    children.add(join(root, 'a'), { ...ended(0), exit: null, isForgotten: true });
    expect(children.get(join(root, 'a'))).toBeUndefined();
    expect(children.size).toBe(0);
  });

  test('is a child that still lives', () => {
    const children = new Children(0);
    children.add(join(root, 'a'), { ...ended(0), exit: null });
    children.settle(join(root, 'a'));
    expect(children.size).toBe(1);
  });
});
