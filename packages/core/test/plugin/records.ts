import type { BlobManagerPlugin, JobPluginFactory, Schema } from '../../src/index.ts';
import { protocol } from '../../src/index.ts';

const anything: Schema = {
  '~standard': { version: 1, vendor: 'by-hand', validate: (value) => ({ value }) },
};

const missing = (): never => {
  throw new Error('not needed here');
};

export function blobRecord(more: object = {}): BlobManagerPlugin {
  return {
    kind: 'blob',
    name: 's3',
    package: 'blob-s3',
    version: '1.0.0',
    location: 'file:///app/node_modules/blob-s3/index.js',
    protocol,
    capabilities: {},
    options: anything,
    create: missing,
    ...more,
  };
}

export function jobRecord(more: object = {}): JobPluginFactory {
  return {
    kind: 'job',
    name: 'fake',
    jobType: 'fake',
    package: 'job-fake',
    version: '2.0.0',
    location: 'file:///app/node_modules/job-fake/index.js',
    protocol,
    platform: 'local',
    engine: 'none',
    capabilities: {},
    options: anything,
    getJobGenerator: missing,
    getJobController: missing,
    ...more,
  };
}
