import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { registrationSuite } from '@aiflow/testkit';
import { describe, expect, it, onTestFinished, test } from 'vitest';

const packageDirectory = fileURLToPath(new URL('..', import.meta.url));

registrationSuite({ describe, it, packageDirectory: new URL('..', import.meta.url) });

test('the package holds all of the Python side, and none of its caches', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'aiflow-flink-pack-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  cpSync(join(packageDirectory, 'python'), join(directory, 'python'), { recursive: true });
  cpSync(join(packageDirectory, 'package.json'), join(directory, 'package.json'));
  mkdirSync(join(directory, 'python/aiflow_flink/__pycache__'), { recursive: true });
  writeFileSync(join(directory, 'python/aiflow_flink/__pycache__/context.cpython-311.pyc'), '');

  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: directory,
    env: { ...process.env, npm_config_cache: join(directory, 'cache') },
  });
  const [packed] = JSON.parse(stdout) as [{ readonly files: readonly { readonly path: string }[] }];
  const paths = packed.files.map(({ path }) => path).filter((path) => path.startsWith('python/'));
  const sources = readdirSync(join(packageDirectory, 'python'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.py$|py\.typed$/.test(path) && !path.includes('__pycache__'))
    .map((path) => `python/${path}`);
  expect(paths.toSorted()).toEqual(sources.toSorted());
  expect(paths).toContain('python/aiflow_flink/py.typed');
});
