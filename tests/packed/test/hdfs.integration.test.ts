import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Hdfs } from '@aiflow-private/engines';
import { freePort, hdfs, startHdfs, whereEngine } from '@aiflow-private/engines';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PackedProject } from '../src/project.ts';
import { readmeBlock } from '../src/readme-block.ts';
import type { RunResult } from '../src/smallest.ts';
import { helloProject, smallest } from '../src/smallest.ts';

const pythonPath = 'ai_flow_plugins.blob_manager_plugins.hdfs_blob_manager.HDFSBlobManager';

describe('blob-hdfs beside the smallest set', () => {
  let project: PackedProject;
  let readme: string;

  beforeAll(async () => {
    readme = await readmeBlock('blob-hdfs', '    hdfs_url: http://namenode:9870');
    project = await PackedProject.create({
      tarballs: inject('tarballs'),
      packages: [...smallest, '@aiflow/blob-hdfs'],
      files: helloProject(`workflow.job('greet', (job) => void job.node(bash('echo hello')));`),
    });
  });
  afterAll(async () => await project[Symbol.asyncDispose]());

  const write = async (nameNode: string, yaml = readme): Promise<void> => {
    await project.write({ 'project.yaml': yaml.replace('http://namenode:9870', nameNode) });
  };

  it('brings no request and no webhdfs into a tree, and nothing else that the others have not', async () => {
    const modules = (await readdir(join(project.directory, 'node_modules'), { recursive: true })).filter(
      (path) => /(?:^|\/)node_modules\/[^/]+$|^[^/]+$/.test(path),
    );
    expect(modules).toContain('valibot');
    expect(
      modules.filter((path) => /(?:^|\/)(?:request|webhdfs|har-validator|tough-cookie)$/.test(path)),
    ).toEqual([]);
    await using other = await PackedProject.create({ tarballs: inject('tarballs'), packages: smallest });
    const names = async (each: PackedProject): Promise<string[]> =>
      (await readdir(join(each.directory, 'node_modules'))).toSorted();
    expect(await names(project)).toEqual(await names(other));
  });

  it('says in one line that there is no server', async () => {
    await write(`http://127.0.0.1:${await freePort()}`, `${readme}    max_attempts: 1\n`);
    const ran = await project.run('npx', ['aiflow', 'run', 'hello']);
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stderr).toMatch(
      /the blob store hdfs:\/\/127\.0\.0\.1:\d+\/aiflow\/snapshots failed: .*ECONNREFUSED/,
    );
    expect(ran.stderr).not.toContain('    at ');
  });

  whereEngine(hdfs, (home) => {
    let cluster: Hdfs;

    beforeAll(async () => {
      cluster = await startHdfs(home);
    });
    afterAll(async () => await cluster[Symbol.asyncDispose]());

    it.each(['hdfs', '@aiflow/blob-hdfs', pythonPath])(
      'runs a workflow whose project is stored there, under the class name %s',
      async (className) => {
        const yaml = readme
          .replace('hdfs_user: aiflow', `hdfs_user: ${cluster.superuser}`)
          .replace('blob_manager_class: hdfs', `blob_manager_class: '${className}'`);
        await write(cluster.nameNodes[0], yaml);
        const ran = await project.run('npx', ['aiflow', 'run', 'hello', '-o', 'json']);
        expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
        expect((JSON.parse(ran.stdout) as RunResult).status).toBe('FINISHED');
        const listed = await project.run('npx', ['aiflow', 'snapshot', 'list', '-o', 'json']);
        expect(listed, listed.stderr).toMatchObject({ exitCode: 0 });
        expect(JSON.parse(listed.stdout)).not.toEqual([]);
      },
    );
  });
});
