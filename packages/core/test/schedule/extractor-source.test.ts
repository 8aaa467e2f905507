import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { BlobManager, Event, Workflow } from '../../src/index.ts';
import { createExtractorSource } from '../../src/index.ts';

const commandDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const project = { projectName: 'p', snapshotId: 'a'.repeat(64), uri: 'memory:a' };
const event: Event = {
  version: 1,
  key: 'k',
  value: 'north',
  eventType: 'UNDEFINED',
  namespace: 'default',
  sender: null,
  context: null,
  workflowExecutionId: null,
  createTime: 0,
};

test('an extractor runs on the snapshot of its workflow, fetched from where it is stored', async () => {
  const asked: string[] = [];
  const snapshot = realpathSync(mkdtempSync(join(tmpdir(), 'aiflow source ')));
  onTestFinished(() => rmSync(snapshot, { recursive: true, force: true }));
  mkdirSync(join(snapshot, 'lib'));
  writeFileSync(
    join(snapshot, 'lib/context.ts'),
    'export const of = (event: { value: string }) => ({ contexts: [event.value] });',
  );
  const source = createExtractorSource({
    commandDir,
    blob: storeOf(async (snapshotId, uri) => {
      asked.push(snapshotId, uri);
      return snapshot;
    }),
  });
  const workflow = { contextExtractor: { kind: 'module', module: 'lib/context.ts', exportName: 'of' } };
  const running = await source(workflow as Workflow, project);
  onTestFinished(async () => await running.close());
  expect(await running.extract(event)).toEqual({ contexts: ['north'] });
  expect(asked).toEqual([project.snapshotId, project.uri]);
});

test('a snapshot that cannot be fetched makes no extractor, and the wait for one has an end', async () => {
  const workflow = { contextExtractor: null } as Workflow;
  const broken = createExtractorSource({
    blob: storeOf(async () => await Promise.reject(new Error('no net'))),
  });
  await expect(broken(workflow, project)).rejects.toThrow('no net');
  const slow = createExtractorSource({ blob: storeOf(async () => await new Promise(() => undefined)) });
  const stop = new AbortController();
  const asked = slow(workflow, project, { signal: stop.signal });
  stop.abort(new Error('closed'));
  await expect(asked).rejects.toThrow('closed');
});

/** A store of which nothing but the download is used. */
function storeOf(downloadProject: BlobManager['downloadProject']): BlobManager {
  return { downloadProject } as BlobManager;
}
