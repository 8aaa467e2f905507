import { toStandardJsonSchema } from '@valibot/to-json-schema';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ConfigSchemas } from '../../src/index.ts';
import { configSchemas } from '../../src/index.ts';
import { parseYaml } from '../../src/project/yaml.ts';
import { blobRecord, jobRecord } from '../plugin/records.ts';
import { projectFiles, serverFiles, workflowFiles } from './aiflow-files.ts';

const oss = toStandardJsonSchema(
  v.strictObject({
    bucket: v.nullish(v.string()),
    root_directory: v.nullish(v.string()),
    endpoint: v.nullish(v.string()),
    access_key_id: v.nullish(v.string()),
    access_key_secret: v.nullish(v.pipe(v.string(), v.metadata({ writeOnly: true }))),
    timeout: v.optional(v.pipe(v.number(), v.maxValue(60))),
  }),
);
const bash = toStandardJsonSchema(v.strictObject({ env: v.optional(v.record(v.string(), v.string())) }));
const scheduler = toStandardJsonSchema(v.strictObject({ database: v.optional(v.string()) }));

const plugins = [
  blobRecord({ name: 'oss', package: '@aiflow/blob-oss', options: oss }),
  {
    ...blobRecord({ name: 'local', package: '@aiflow/scheduler-local', options: scheduler }),
    kind: 'scheduler' as const,
  },
  jobRecord({ name: 'bash', jobType: 'bash', package: '@aiflow/job-bash', options: bash }),
].map((plugin) => plugin as Parameters<typeof configSchemas>[0][number]);

describe('the JSON schemas of the configuration files', () => {
  let schemas: ConfigSchemas;
  const checks = new Map<string, ValidateFunction>();
  beforeAll(async () => {
    schemas = await configSchemas(plugins);
    for (const [file, schema] of Object.entries(schemas)) {
      // As editors do, it holds a schema against the dialect that the schema names.
      checks.set(file, new Ajv2020({ allErrors: true, strict: false, validateSchema: true }).compile(schema));
    }
  });

  const passes = async (file: string, text: string): Promise<boolean> => {
    const check = checks.get(file);
    if (check === undefined) throw new Error(`no schema ${file}`);
    return check((await parseYaml(text, file)).value);
  };

  it.each([
    ...Object.values(projectFiles).map((text) => ['project', text] as const),
    ...Object.values(workflowFiles).map((text) => ['workflow', text] as const),
    ...Object.values(serverFiles).map((text) => ['server', text] as const),
  ])("let AIFlow's own files pass: %s %j", async (file, text) => {
    expect(await passes(file, text)).toBe(true);
  });

  it.each([
    ['project', 'project_name: p\nblob: {blob_manager_class: s4, blob_manager_config: {x: 1}}'],
    [
      'project',
      'project_name: p\nblob: {blob_manager_class: oss, blob_manager_config: {bucket: b, timeout: "${T}"}}',
    ],
    [
      'project',
      'project_name: p\nblob: {blob_manager_class: oss, blob_manager_config: {access_key_secret: "${K}"}}',
    ],
    ['project', 'project_name: p\nscheduler: {scheduler_config: {database: x}}'],
    ['project', 'project_name: p\nscheduler:\nplugins: [./a.ts]'],
    [
      'workflow',
      'a: {job_type: bash, properties: {env: {A: b}}}\nb: {job_type: other, properties: {x: 1}}\nc:',
    ],
    ['workflow', 'a: {retry: 3, timeout: 5m, periodic_config: [{cron: "* * * * *"}, {interval: 5}]}'],
    ['workflow', 'a: {timeout: 1h 30m, job_label_report_interval: 10.0, retry: {limit: 1, delay: 0}}'],
    ['workflow', 'a: {timeout: "0,0,,60", periodic_config: {interval: "1, 0, 0, 0.5"}}'],
    ['server', 'scheduler_service: {scheduler: {scheduler_class: local, scheduler_config: {database: x}}}'],
  ])('let a file pass that is right: %s %j', async (file, text) => {
    expect(await passes(file, text)).toBe(true);
  });

  it.each([
    ['project', 'blob: {}'],
    ['project', 'project_name: a b'],
    ['project', 'project_name: p\nplugins: 3'],
    ['project', 'project_name: p\nbloob: {blob_manager_class: s3}'],
    ['project', 'project_name: p\nblob: {blob_manager_clas: s3}'],
    ['project', 'project_name: p\nblob: {blob_manager_class: oss, blob_manager_config: {bukket: b}}'],
    [
      'project',
      'project_name: p\nblob: {blob_manager_class: "@aiflow/blob-oss", blob_manager_config: {timeout: 61}}',
    ],
    [
      'project',
      'project_name: p\nblob: {blob_manager_class: x.oss_blob_manager.OssBlobManager, blob_manager_config: {timeout: soon}}',
    ],
    [
      'project',
      'project_name: p\nblob: {blob_manager_class: oss, blob_manager_config: {access_key_secret: hunter2}}',
    ],
    ['project', 'project_name: p\nscheduler: {scheduler_config: {databse: x}}'],
    ['workflow', 'a: {job_type: bash, properties: {evn: {}}}'],
    ['workflow', 'a: {jobtype: bash}'],
    ['workflow', 'a: 3'],
    ['workflow', 'a: {retry: {limt: 3}}'],
    ['workflow', 'a: {run_condition: never}'],
    ['workflow', 'a: {exec_mode: strem}'],
    ['workflow', 'a: {timeout: soon}'],
    ['workflow', 'a: {timeout: 0}'],
    ['workflow', 'a: {retry: {limit: 1, delay: 5 minutes}}'],
    ['workflow', 'periodic_config: {interval: "0,0,1"}'],
    ['workflow', 'a b: {}'],
    ['workflow', 'periodic_config: {}'],
    ['workflow', 'periodic_config: {cron: "* * * * *", interval: 5}'],
    ['workflow', 'workflow: {max_running_jobs: 0}'],
    ['server', 'server_prt: 1'],
    ['server', 'server_port: 70000'],
    ['server', 'scheduler: {scheduler_class: local, scheduler_config: {databse: x}}'],
  ])('find a mistake: %s %j', async (file, text) => {
    expect(await passes(file, text)).toBe(false);
  });

  it('explain each key, and say what its default is', () => {
    const described = (schema: unknown): string[] =>
      Object.entries(Reflect.get(Object(schema), 'properties') as Record<string, object>)
        .filter(([, member]) => typeof Reflect.get(member, 'description') !== 'string')
        .map(([key]) => key);
    for (const schema of Object.values(schemas)) {
      expect(described(schema)).toEqual([]);
      expect(schema).toHaveProperty('title');
      expect(schema).toHaveProperty('$schema', 'https://json-schema.org/draft/2020-12/schema');
    }
    expect(schemas.server).toHaveProperty('properties.server_port.default', 50_051);
  });
});
