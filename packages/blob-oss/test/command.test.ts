import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OssServer } from '@aiflow-private/oss-server';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { optionsFor, owner, startServer } from './bucket.ts';

const manifestPath = fileURLToPath(import.meta.resolve('@aiflow/cli/package.json'));
const { bin } = JSON.parse(readFileSync(manifestPath, 'utf8')) as { bin: { aiflow: string } };
const command = join(dirname(manifestPath), bin.aiflow);
const secrets = { OSS_ACCESS_KEY_ID: owner.accessKeyId, OSS_ACCESS_KEY_SECRET: owner.accessKeySecret };

let server: OssServer;
let directory: string;
beforeEach(async () => {
  server = await startServer({ buckets: ['shelf'] });
  directory = mkdtempSync(join(tmpdir(), 'aiflow-oss-command-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  await server.close();
});

const aiflow = async (args: readonly string[], env: Record<string, string> = secrets): Promise<string> => {
  const { stdout } = await execa(process.execPath, [command, ...args, '--project', directory], { env });
  return stdout;
};

it("a project with AIFlow's own name of the class runs from what is stored in the bucket, and lists it", async () => {
  await execa(process.execPath, [command, 'init', directory]);
  const { endpoint, region, bucket } = optionsFor(server);
  writeFileSync(
    join(directory, 'project.yaml'),
    `project_name: penguins
blob:
  blob_manager_class: ai_flow_plugins.blob_manager_plugins.oss_blob_manager.OssBlobManager
  blob_manager_config:
    access_key_id: \${OSS_ACCESS_KEY_ID}
    access_key_secret: \${OSS_ACCESS_KEY_SECRET}
    endpoint: ${endpoint}
    region: ${region}
    bucket: ${bucket}
    root_directory: aiflow
`,
  );
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    dependencies: object;
  };
  const dependencies = { ...manifest.dependencies, '@aiflow/blob-oss': '*' };
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ ...manifest, dependencies }));
  mkdirSync(join(directory, 'node_modules/@aiflow'), { recursive: true });
  symlinkSync(
    fileURLToPath(new URL('..', import.meta.url)),
    join(directory, 'node_modules/@aiflow/blob-oss'),
  );

  expect(await aiflow(['run', 'hello'])).toContain('FINISHED');
  const keys = [...(server.buckets.get('shelf')?.objects.keys() ?? [])];
  expect(keys.some((key) => /^aiflow\/snapshots\/[0-9a-f]{64}\/manifest$/.test(key))).toBe(true);
  expect(await aiflow(['snapshot', 'list'])).toMatch(/^SNAPSHOT .*\n[0-9a-f]{12} +penguins +hello /);
  await expect(
    aiflow(['snapshot', 'list'], { ...secrets, OSS_ACCESS_KEY_SECRET: 'wrong' }),
  ).rejects.toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(
      /^error: OSS does not take the access key to read "layout\.json" .*$/,
    ) as unknown,
  });
});
