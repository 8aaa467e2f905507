import type { JsonObject } from '../json.ts';
import { withoutSecrets } from './bare-secrets.ts';
import type { Schema } from './schema.ts';
import { describeSchema } from './schema.ts';

/** The number of the agreement between core and plugins. It changes only when old plugins can no longer work. */
export const protocol = 1;

/** What does work, and can be chosen. */
export type PluginKind = 'job' | 'blob' | 'scheduler';
/** Whatever can be registered; a platform or an engine only has a name that plugins share. */
export type RecordKind = PluginKind | 'platform' | 'engine';

/** What everything in a registry says of itself: plain data, so that two copies of core can read each other's. */
export interface RegistryRecord {
  readonly kind: RecordKind;
  /** The short name that configuration uses, such as `bash` or `s3`. */
  readonly name: string;
  /** The npm package that it comes from, its version, and the file that registered it (an `import.meta.url`). */
  readonly package: string;
  readonly version: string;
  readonly location: string;
  readonly protocol: number;
}

export interface PluginRecord<Options = unknown> extends RegistryRecord {
  readonly kind: PluginKind;
  /** What this plugin can do beyond the least; the conformance suites test what is declared. */
  readonly capabilities: Readonly<Record<string, boolean>>;
  /** Its configuration: of a job plugin the job's `properties`, of the others what `create` takes. */
  readonly options: Schema<Options>;
}

/**
 * What `create` was given, to show as `.config`: plain JSON. With the plugin's schema, fields for secrets (`writeOnly`)
 * are left out: where the options come from a project file `.config` shows the references that stand there instead, but
 * a program may hand a plugin the secrets themselves.
 */
export function shownConfig(config: object, schema?: Schema): JsonObject {
  const plain = JSON.parse(JSON.stringify(config)) as JsonObject;
  return Object.freeze(schema === undefined ? plain : withoutSecrets(describeSchema(schema), plain));
}
