import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Dataset } from '../../src/define/resources.ts';
import { environmentSecrets } from '../../src/plugin/secrets.ts';
import { silentLogger, systemClock } from '../../src/plugin/system-host.ts';
import { createJobRuntimeEnv } from '../../src/run/create-env.ts';
import type { JobRuntimeEnv } from '../../src/run/env.ts';
import { locateDataset } from '../../src/run/locate-dataset.ts';

const dataset = (uri: string): Dataset => ({ name: 'rows', uri, format: null, schema: null, properties: {} });

function createEnv(secrets: Readonly<Record<string, string>> = {}): JobRuntimeEnv {
  const stateDir = mkdtempSync(join(tmpdir(), 'aiflow-dataset-'));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  return createJobRuntimeEnv(
    {
      ...{
        attemptId: 'a1',
        attemptNumber: 1,
        workflowExecutionId: 'e1',
        projectName: 'p',
        workflowName: 'w',
      },
      ...{ snapshotId: 'f'.repeat(64), snapshotUri: 'somewhere', context: null, parameters: {} },
      job: {
        config: { jobName: 'j', jobType: 't', properties: {} },
        ...{ platform: 'local', engine: 'none', plan: null, inputs: [], outputs: [] },
      },
    },
    {
      ...{ stateDir, projectDir: join(stateDir, 'project'), environment: {} },
      ...{ logger: silentLogger, clock: systemClock, secrets: environmentSecrets(secrets) },
    },
  );
}

describe('a dataset', () => {
  test('with a relative URI is read from what the execution wrote, or else from the project', () => {
    const env = createEnv();
    expect(locateDataset(dataset('deep/rows.csv'), 'read', env)).toEqual({
      uri: 'deep/rows.csv',
      paths: [join(env.executionDir, 'deep/rows.csv'), join(env.projectDir, 'deep/rows.csv')],
    });
  });

  test('with a relative URI is written into a directory that is there, and never into the snapshot', () => {
    const env = createEnv();
    expect(locateDataset(dataset('deep/rows.csv'), 'write', env).paths).toEqual([
      join(env.executionDir, 'deep/rows.csv'),
    ]);
    expect(readdirSync(env.executionDir)).toEqual(['deep']);
  });

  test.each([
    ['/data/rows.csv', ['/data/rows.csv']],
    ['file:///data/my%20rows.csv', ['/data/my rows.csv']],
    ['file://localhost/data/rows.csv', ['/data/rows.csv']],
    ['s3://bucket/rows.csv', []],
  ])('with the URI %s lies there, for reading and for writing', (uri, paths) => {
    const env = createEnv();
    expect(locateDataset(dataset(uri), 'read', env)).toEqual({ uri, paths });
    expect(locateDataset(dataset(uri), 'write', env)).toEqual({ uri, paths });
  });

  test('is located with its secrets, which decide where it is relative to', () => {
    const env = createEnv({ PLACE: '/mnt', BUCKET: 's3://b' });
    expect(locateDataset(dataset('${PLACE}/$${x}'), 'read', env).paths).toEqual(['/mnt/${x}']);
    expect(locateDataset(dataset('${BUCKET}/x'), 'read', env)).toEqual({ uri: 's3://b/x', paths: [] });
  });

  test('that names what is not known says which dataset it is', () => {
    expect(() => locateDataset(dataset('${PLACE}/x'), 'read', createEnv())).toThrow(
      expect.objectContaining({
        code: 'secret.missing',
        message: expect.stringContaining('the uri of dataset "rows" refers to ${PLACE}') as string,
      }),
    );
  });

  test.each(['../rows.csv', 'a/../../rows.csv', 'a\\b'])('with the URI %j leads nowhere', (uri) => {
    for (const use of ['read', 'write'] as const) {
      expect(() => locateDataset(dataset(uri), use, createEnv())).toThrow(
        expect.objectContaining({ code: 'path.outside' }),
      );
    }
  });

  test.each(['file://elsewhere/${TOKEN}', 'file://[/${TOKEN}'])(
    'with the URI %s is refused without a word of the secret in it',
    (uri) => {
      const locate = () => locateDataset(dataset(uri), 'read', createEnv({ TOKEN: 'open sesame' }));
      expect(locate).toThrow(expect.objectContaining({ code: 'dataset.invalid_uri' }));
      expect(locate).not.toThrow(/sesame/);
    },
  );
});
