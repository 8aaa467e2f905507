import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { run } from './run.ts';

const version = '2.3.0';

/**
 * Apache Flink with PyFlink, as PyPI has it: the folder goes into PYTHONPATH, and `pyflink` in it is FLINK_HOME. The
 * wheels lack the SQL gateway's jar, though they bring its command: that comes from Maven Central.
 */
export const flink: Engine = {
  name: 'flink',
  version,
  needs: ['bash', 'java', 'mvn', 'python3'],
  install(directory) {
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile'];
    run('python3', [...pip, '--target', directory, `apache-flink==${version}`], { cwd: directory });
    const copy = [`-Dartifact=org.apache.flink:flink-sql-gateway:${version}`, '-DoutputDirectory=opt'];
    run('mvn', ['--quiet', '--batch-mode', 'dependency:copy', ...copy], { cwd: join(directory, 'pyflink') });
  },
};
