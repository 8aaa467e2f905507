import type { JsonObject } from '../json.ts';
import type { Schema } from './schema.ts';

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

/** What `create` was given, to show as `.config`: as plain JSON. */
export function shownConfig(config: object): JsonObject {
  return Object.freeze(JSON.parse(JSON.stringify(config)) as JsonObject);
}
