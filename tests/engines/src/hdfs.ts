import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { run } from './run.ts';

const version = '3.4.2';
const java = join(import.meta.dirname, '../java');

/** Hadoop's own small cluster, as `lib/*.jar`: org.apache.hadoop:hadoop-client-minicluster. */
export const hdfs: Engine = {
  name: 'hdfs',
  version,
  needs: ['java', 'mvn'],
  install(directory) {
    const lib = join(directory, 'lib');
    run('mvn', [
      '--batch-mode',
      '--no-transfer-progress',
      `--file=${join(java, 'pom.xml')}`,
      `-Dhadoop.version=${version}`,
      `-DoutputDirectory=${lib}`,
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
    ]);
  },
};
