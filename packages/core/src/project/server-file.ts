import { resolve } from 'node:path';
import { AIFlowError, isAIFlowError, messageOf } from '../errors.ts';
import type { Locate } from '../plugin/options.ts';
import type { PluginChoice } from './project-file.ts';
import { checkConfig, readConfigText } from './read-config.ts';
import type { Report } from './report.ts';
import type { ServerKeys } from './schemas/server.ts';
import { parseYaml } from './yaml.ts';

/** What the file of a server says, whichever of AIFlow's forms it is in. */
export interface ServerConfig {
  /** Absolute. */
  readonly file: string;
  readonly port: number;
  /** Null where the file does not say; the type in small letters, such as `sqlite`. */
  readonly database: { readonly uri: string | null; readonly type: string | null };
  readonly notificationServerUri: string | null;
  /** Whether the server schedules, or only answers. */
  readonly schedules: boolean;
  readonly scheduler: PluginChoice;
  /** Where the page is shown; null for no page. */
  readonly webServer: { readonly host: string; readonly port: number } | null;
  readonly logDir: string | null;
  readonly locate: Locate;
}

/**
 * Reads the file of a server. The documents' `scheduler.scheduler_class_name` and the forms of AIFlow's own files
 * (`scheduler.scheduler_class`, `scheduler_service.scheduler.scheduler_class`) come out alike. Throws
 * `config.unreadable`, and `config.invalid` with every problem at once.
 */
export async function readServerConfig(path: string): Promise<ServerConfig> {
  const file = resolve(path);
  let text: string;
  try {
    text = readConfigText(file);
  } catch (error) {
    if (isAIFlowError(error)) throw error;
    throw new AIFlowError('config.unreadable', `cannot read ${file}: ${messageOf(error)}`, {
      context: { path: file },
      cause: error,
    });
  }
  return parseServerConfig(text, file);
}

/** As {@link readServerConfig}, of a text; `file` is what problems name. */
export async function parseServerConfig(text: string, file: string): Promise<ServerConfig> {
  const { serverFileSchema } = await import('./schemas/server.ts');
  const config = await parseYaml(text, file);
  const keys = await checkConfig(config, serverFileSchema, (given, report) => {
    if (given !== null) checkForms(given, report);
  });
  const page = keys.web_server ?? null;
  return {
    file,
    port: keys.server_port ?? 50_051,
    database: {
      uri: keys.db_uri ?? null,
      type: keys.db_type?.toLowerCase().replace('sql_lite', 'sqlite') ?? null,
    },
    notificationServerUri: keys.notification_server_uri ?? null,
    schedules: keys.start_scheduler_service ?? true,
    scheduler: schedulerOf(keys),
    webServer: page && { host: page.host ?? '0.0.0.0', port: page.port ?? 8000 },
    logDir: keys.base_log_folder ?? null,
    locate: config.locate,
  };
}

/** Two forms at once would make it a guess which of them holds. */
function checkForms(keys: ServerKeys, report: Report): void {
  const inner = keys.scheduler_service?.scheduler ?? null;
  if (inner !== null && (keys.scheduler ?? null) !== null)
    report(['scheduler_service', 'scheduler'], '"scheduler" is there too: keep one of the two');
  const forms = [
    { path: ['scheduler'], form: keys.scheduler },
    { path: ['scheduler_service', 'scheduler'], form: inner },
  ];
  for (const { path, form } of forms) {
    if ((form?.scheduler_class ?? null) === null || (form?.scheduler_class_name ?? null) === null) continue;
    report([...path, 'scheduler_class'], '"scheduler_class_name" is there too: keep one of the two');
  }
}

function schedulerOf(keys: ServerKeys): PluginChoice {
  const outer = keys.scheduler ?? null;
  const form = outer ?? keys.scheduler_service?.scheduler ?? null;
  return {
    className: form?.scheduler_class_name ?? form?.scheduler_class ?? 'local',
    config: form?.scheduler_config ?? {},
    keys:
      outer === null && form !== null
        ? ['scheduler_service', 'scheduler', 'scheduler_config']
        : ['scheduler', 'scheduler_config'],
  };
}
