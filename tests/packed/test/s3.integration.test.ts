import { startVersitygw, versitygw, whereEngine } from '@aiflow-private/engines';
import { expect, inject, it, vi } from 'vitest';
import { PackedProject } from '../src/project.ts';
import { readmeBlock } from '../src/readme-block.ts';
import type { RunResult } from '../src/smallest.ts';
import { helloProject, smallest } from '../src/smallest.ts';

whereEngine(versitygw, (home) => {
  it.each(['s3', 'ai_flow_plugins.blob_manager_plugins.s3_blob_manager.S3BlobManager'])(
    'a project that keeps its snapshots in S3, as the README says, runs with the blob manager %s',
    async (name) => {
      await using server = await startVersitygw(home, { buckets: ['my-snapshots'] });
      vi.stubEnv('MINIO_KEY', server.accessKeyId);
      vi.stubEnv('MINIO_SECRET', server.secretAccessKey);
      const block = await readmeBlock('blob-s3', '    secret_access_key: ${MINIO_SECRET}');
      const yaml = block
        .replace('https://minio.example.com:9000', server.url)
        .replace('blob_manager_class: s3', `blob_manager_class: ${name}`);
      await using project = await PackedProject.create({
        tarballs: inject('tarballs'),
        packages: [...smallest, '@aiflow/blob-s3'],
        files: {
          ...helloProject("workflow.job('greet', (job) => void job.node(bash('cat resources/greeting')));"),
          'project.yaml': yaml,
          'resources/greeting': 'hello from a bucket',
        },
      });
      const ran = await project.run('npx', ['aiflow', 'run', 'hello', '-o', 'json']);
      expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
      const { jobs } = JSON.parse(ran.stdout) as RunResult;
      expect(jobs.map(({ values }) => Object.values(values))).toEqual([['hello from a bucket']]);
      const listed = await project.run('npx', ['aiflow', 'snapshot', 'list', '-o', 'json']);
      expect(listed, listed.stderr).toMatchObject({ exitCode: 0 });
      expect(listed.stdout).toContain('s3://my-snapshots/penguins/snapshots/');
      expect(listed.stdout + ran.stdout).not.toContain(server.secretAccessKey);
      vi.unstubAllEnvs();
    },
  );
});
