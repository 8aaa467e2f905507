import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** The modules of the SDK that a program of these lines has loaded at its end. */
function loadedBy(...lines: readonly string[]): string[] {
  const program = [
    "import { createRequire } from 'node:module';",
    ...lines,
    'const loaded = Object.keys(createRequire(import.meta.url).cache);',
    "console.log(JSON.stringify(loaded.filter((path) => path.includes('@aws-sdk') || path.includes('@smithy'))));",
  ].join('\n');
  const args = ['--input-type=module', '--eval', program];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })) as string[];
}

const entry = JSON.stringify(new URL('../src/index.ts', import.meta.url).href);
const host = '{ clock: { sleep: async () => {} }, logger: console, stateDir: process.cwd() }';
const options =
  "{ bucket_name: 'bucket', endpoint_url: 'http://127.0.0.1:1', root_directory: '', addressing_style: 'auto', max_attempts: 1, timeout_seconds: 1, access_key_id: 'a', secret_access_key: 'b' }";
const make = `const { S3BlobManager } = await import(${entry}); const manager = new S3BlobManager(${options}, ${host});`;

test('importing the package and making a blob manager loads nothing of the SDK', () => {
  expect(loadedBy(make)).toEqual([]);
});

test('getting ready loads it', () => {
  const isThere =
    "Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('@aws-sdk'))";
  const wait = `while (!${isThere}) await new Promise((resolve) => setTimeout(resolve, 10));`;
  expect(loadedBy(make, 'manager.prepare();', wait)).not.toEqual([]);
});

test('the first request loads it', () => {
  expect(loadedBy(make, 'await manager.listSnapshots().catch(() => null);')).not.toEqual([]);
});
