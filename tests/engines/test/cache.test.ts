import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { homeOf, install, isInstalled } from '../src/cache.ts';
import type { Engine } from '../src/engine.ts';

let cache: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'engines-'));
  vi.stubEnv('AIFLOW_ENGINES_DIR', cache);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

function engine(how: (directory: string) => void, needs: readonly string[] = []): Engine {
  return { name: 'thing', version: '1.2', needs, install: how };
}

test('an engine is installed whole, under its name and version', () => {
  const whole = engine((directory) => writeFileSync(join(directory, 'program'), ''));
  install(whole);
  expect(isInstalled(whole)).toBe(true);
  expect(existsSync(join(homeOf(whole), 'program'))).toBe(true);
  expect(readdirSync(cache)).toEqual(['thing-1.2']);
});

test('an installation that fails leaves nothing', () => {
  const broken = engine((directory) => {
    writeFileSync(join(directory, 'half'), '');
    throw new Error('no network');
  });
  expect(() => install(broken)).toThrow('no network');
  expect(readdirSync(cache)).toEqual([]);
});

test('what a killed installation left is removed by the next', () => {
  const left = mkdtempSync(join(cache, '.thing-999999999-'));
  install(engine(() => {}));
  expect(existsSync(left)).toBe(false);
});

test('of two that install at once both succeed', () => {
  const second = engine((directory) => writeFileSync(join(directory, 'second'), ''));
  const first = engine((directory) => {
    writeFileSync(join(directory, 'first'), '');
    install(second);
  });
  install(first);
  expect(readdirSync(homeOf(first))).toEqual(['second']);
});

test('a command that is missing is named', () => {
  expect(() => install(engine(() => {}, ['no-such-command']))).toThrow(
    'thing needs no-such-command on the PATH',
  );
});
