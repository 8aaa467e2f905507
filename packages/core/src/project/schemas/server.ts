import { toStandardJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import type { JsonObject } from '../../json.ts';
import type { Schema } from '../../plugin/schema.ts';
import type { Maybe, Part, Said } from './parts.ts';
import { mapping, port, said, text, unused } from './parts.ts';

interface SchedulerKeys {
  readonly scheduler_class_name?: Maybe<string>;
  readonly scheduler_class?: Maybe<string>;
  readonly scheduler_config?: Maybe<JsonObject>;
}

export interface ServerKeys {
  readonly server_port?: Maybe<number>;
  readonly db_uri?: Maybe<string>;
  readonly db_type?: Maybe<string>;
  readonly notification_server_uri?: Maybe<string>;
  readonly start_scheduler_service?: Maybe<boolean>;
  readonly scheduler?: Maybe<SchedulerKeys>;
  readonly scheduler_service?: Maybe<{ readonly scheduler?: Maybe<SchedulerKeys> }>;
  readonly web_server?: Maybe<{ readonly host?: Maybe<string>; readonly port?: Maybe<number> }>;
  readonly base_log_folder?: Maybe<string>;
}

const className: Said<string> = said(
  text,
  'The scheduler: a short name, a package, or its class in AIFlow.',
  {
    default: 'local',
  },
);
const config: Said<JsonObject> = said(mapping, 'The options of that scheduler.');
const repository: Said<unknown> = unused('Where its scheduler service puts what it downloads.');

const scheduler = {
  scheduler_class_name: className,
  scheduler_class: said(text, "The form of scheduler_class_name that AIFlow's own files have."),
  scheduler_config: config,
};

const keys: Part<ServerKeys> = v.strictObject({
  server_port: said(port, 'The port that the server listens on.', { default: 50_051 }),
  db_uri: said(text, 'The database of the server.', { examples: ['sqlite:///aiflow.db'] }),
  db_type: said(
    v.pipe(
      v.string(),
      v.check(
        (type) => /^(?:sql_lite|sqlite|mysql|mongodb|postgresql)$/i.test(type),
        'expected one of SQL_LITE, MYSQL, MONGODB, POSTGRESQL',
      ),
    ),
    'What kind of database it is, in any case.',
    { examples: ['SQL_LITE'] },
  ),
  notification_server_uri: said(text, 'The server that takes and gives events.', {
    examples: ['localhost:50052'],
  }),
  start_scheduler_service: said(v.boolean(), 'Whether the server schedules.', { default: true }),
  scheduler: said(
    v.strictObject({ ...scheduler, repository }),
    'What decides when jobs start, stop and restart.',
  ),
  scheduler_service: said(
    v.strictObject({ scheduler: said(v.strictObject(scheduler), 'As scheduler.'), repository }),
    "The form of scheduler that AIFlow's own files have.",
  ),
  web_server: said(
    v.strictObject({
      host: said(text, 'The address that the page is shown at.', { default: '0.0.0.0' }),
      port: said(port, 'The port that the page is shown at.', { default: 8000 }),
      airflow_web_server_uri: unused('The page of Airflow.'),
    }),
    'The page that shows what runs.',
  ),
  base_log_folder: said(text, 'The directory for logs.'),
  server_ip: unused('The address that the server listens on.'),
  notification_uri: unused('The older name of notification_server_uri.'),
  enable_ha: unused('Whether several servers stand in for each other.'),
  ha_ttl_ms: unused('After how long a silent server counts as gone.'),
  advertised_uri: unused('The address that other servers are told.'),
  wait_for_server_started_timeout: unused('How long a start may take, in seconds.'),
  start_default_notification: unused('Whether to start its notification service.'),
  start_meta_service: unused('Whether to start its metadata service.'),
  start_model_center_service: unused('Whether to start its model center.'),
  start_metric_service: unused('Whether to start its metric service.'),
  k8s_namespace: unused('The namespace of its jobs on Kubernetes.'),
});

/** The file of a server; all of it may be left out. */
export const serverFileSchema: Schema<ServerKeys> = toStandardJsonSchema(
  v.pipe(
    keys,
    v.metadata({ title: 'A server of AIFlow', description: 'The file that a server is started with.' }),
  ),
);
