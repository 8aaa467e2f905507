import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.ts';

/** Compiles a Java file against a Flink distribution, into a jar. The same source gives the same classes. */
export function compileFlinkJar(home: string, source: string, jar: string): void {
  const classes = mkdtempSync(join(tmpdir(), 'aiflow-classes-'));
  try {
    run('javac', ['-d', classes, '-cp', join(home, 'pyflink', 'lib', '*'), '--release', '11', source]);
    run('jar', ['--create', '--date=2020-01-01T00:00:00Z', '--file', jar, '-C', classes, '.']);
  } finally {
    rmSync(classes, { recursive: true, force: true });
  }
}
