import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeStateDirectory } from '../../src/project/build.ts';
import { findDefinition } from '../../src/project/layout.ts';
import { errorOf } from '../thrown.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'aiflow layout '));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('findDefinition', () => {
  it("says that a definition in AIFlow's Python is to be written anew, and where that is shown", () => {
    mkdirSync(join(directory, 'workflows/w'), { recursive: true });
    writeFileSync(join(directory, 'workflows/w/w.py'), 'import ai_flow as af\n');
    const error = errorOf(() => findDefinition(directory, 'w'), 'workflow.python');
    expect(error.message).toContain(join('workflows', 'w', 'w.py'));
    expect(error.message).toContain('write it anew as w.ts');
    expect(error.message).toContain('docs/define-a-workflow.md');
    writeFileSync(join(directory, 'workflows/w/w.ts'), '');
    expect(findDefinition(directory, 'w')).toBe(join(directory, 'workflows/w/w.ts'));
  });
});

describe('makeStateDirectory', () => {
  it('makes what is missing above it, with a note for git in a new one alone', () => {
    const state = join(directory, 'a/b/state');
    makeStateDirectory(state);
    expect(readFileSync(join(state, '.gitignore'), 'utf8')).toBe('*\n');
    expect(existsSync(join(directory, 'a/.gitignore'))).toBe(false);
    rmSync(join(state, '.gitignore'));
    makeStateDirectory(state);
    expect(existsSync(join(state, '.gitignore'))).toBe(false);
  });

  it('names the place that cannot be made', () => {
    writeFileSync(join(directory, 'file'), '');
    for (const state of ['file', 'file/state', 'file/more/state']) {
      const error = errorOf(() => makeStateDirectory(join(directory, state)), 'state.unwritable');
      expect(error.message).toContain(join(directory, 'file'));
    }
  });

  it.runIf(existsSync('/proc/self'))('comes back where a file system takes no directory', () => {
    const error = errorOf(() => makeStateDirectory('/proc/nope/state'), 'state.unwritable');
    expect(error.message).toContain('/proc/nope');
  });
});
