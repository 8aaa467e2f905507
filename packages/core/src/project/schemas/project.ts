import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { JsonObject } from '../../json.ts';
import { nearest } from '../../plugin/nearest.ts';
import type { Schema } from '../../plugin/schema.ts';
import type { Maybe, Part } from './parts.ts';
import { mapping, name, said, text, unused } from './parts.ts';

const pluginEntry: Part<string> = v.pipe(
  v.string(),
  v.regex(
    /^(?:\.\/(?:(?!\.\.?\/)[^\\/]+\/)*(?!\.\.?$)[^\\/]+|(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*)$/,
    'expected a package, or a file of the project (./…)',
  ),
);

const entries = {
  project_name: v.pipe(name, v.description('The name of the project.')),
  blob: said(
    v.strictObject({
      blob_manager_class: said(text, 'The blob manager: a short name, a package, or its class in AIFlow.', {
        default: 'local',
        examples: ['s3', '@aiflow/blob-s3'],
      }),
      blob_manager_config: said(mapping, 'The options of that blob manager.'),
    }),
    'Where snapshots of the project are kept.',
  ),
  scheduler: said(
    v.strictObject({
      scheduler_class_name: said(text, 'The scheduler: a short name, a package, or its class in AIFlow.', {
        default: 'local',
        examples: ['local', '@aiflow/scheduler-local'],
      }),
      scheduler_config: said(mapping, 'The options of that scheduler.'),
    }),
    'What decides when jobs start, stop and restart.',
  ),
  plugins: said(
    v.array(pluginEntry),
    'Packages and files (./…) whose plugins the project uses beside those of its dependencies.',
    {
      examples: [['./plugins/my_job.ts']],
    },
  ),
  server_uri: said(text, 'The server of the project; several are separated by commas.', {
    examples: ['localhost:50051'],
  }),
  notification_server_uri: said(text, 'The server that takes and gives events.', {
    examples: ['localhost:50052'],
  }),
  properties: said(mapping, 'Anything of your own.'),
  notification_uri: unused('The older name of notification_server_uri.'),
  server_ip: unused('The older form of server_uri, with server_port.'),
  server_port: unused('The older form of server_uri, with server_ip.'),
  enable_ha: unused('Whether server_uri names several servers.'),
  list_member_interval_ms: unused('How often a client looks for servers.'),
  retry_interval_ms: unused('How long a client waits before it tries the next server.'),
  retry_timeout_ms: unused('How long a client tries.'),
  project_uuid: unused('The id that its metadata service gave the project.'),
  ai_flow_home: unused('Where AIFlow is installed.'),
  ai_flow_conf: unused('Options of its job master.'),
  'ai_flow_job_master.host': unused('Its job master.'),
  'ai_flow_job_master.port': unused('Its job master.'),
  airflow_deploy_path: unused('Where Airflow looks for workflows.'),
};

export interface ProjectKeys {
  readonly project_name: string;
  readonly blob?: Maybe<{
    readonly blob_manager_class?: Maybe<string>;
    readonly blob_manager_config?: Maybe<JsonObject>;
  }>;
  readonly scheduler?: Maybe<{
    readonly scheduler_class_name?: Maybe<string>;
    readonly scheduler_config?: Maybe<JsonObject>;
  }>;
  readonly plugins?: Maybe<string[]>;
  readonly server_uri?: Maybe<string>;
  readonly notification_server_uri?: Maybe<string>;
  readonly properties?: Maybe<JsonObject>;
}

const known = Object.keys(entries);

/** A key of the project's own; {@link faultOfOwn} says what is wrong with one, and this says it to editors. */
const ownKey: Part<unknown> = v.pipe(
  v.custom<unknown>(() => true),
  v.metadata({ type: ['string', 'number', 'boolean', 'null'] }),
);

function faultOfOwn(key: string, value: unknown): string | null {
  const near = nearest(key, known);
  if (near !== null)
    return `this is nearly "${near}": did you mean "${near}"? Keys of your own go below "properties"`;
  if (typeof value !== 'object' || value === null) return null;
  return 'it is no key of ours, and one of your own has a single value here: mappings and lists go below "properties"';
}

/**
 * `project.yaml`. AIFlow lets a project have keys of its own there, with single values; one that is nearly a key of
 * ours is taken for a mistake.
 */
export const projectFileSchema: Schema<ProjectKeys> = toStandardJsonSchema(
  v.pipe(
    v.objectWithRest(entries, ownKey),
    v.rawCheck(({ dataset, addIssue }) => {
      if (typeof dataset.value !== 'object' || dataset.value === null) return;
      for (const [key, value] of Object.entries(dataset.value)) {
        const message = known.includes(key) ? null : faultOfOwn(key, value);
        if (message === null) continue;
        const input = dataset.value as Record<string, unknown>;
        addIssue({ message, path: [{ type: 'object', origin: 'key', input, key, value }] });
      }
    }),
    v.metadata({ title: 'A project of AIFlow', description: 'project.yaml' }),
  ),
);
