import type { Json } from '../json.ts';

/** Where a plugin writes what people should know; `fields` are plain data and never hold a secret. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, Json>>): void;
  info(message: string, fields?: Readonly<Record<string, Json>>): void;
  warn(message: string, fields?: Readonly<Record<string, Json>>): void;
  error(message: string, fields?: Readonly<Record<string, Json>>): void;
}

/** Time, given from outside so that a test can drive it. */
export interface Clock {
  /** The wall clock, in milliseconds since 1970. For dates and schedules. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back. For durations. */
  monotonic(): number;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, options?: { readonly signal?: AbortSignal }): Promise<void>;
}

/** Gives the values that configuration refers to as `${NAME}`. */
export interface SecretResolver {
  /** The value, or null when nothing of that name is known. */
  get(name: string): string | null;
}

/** What a plugin gets from the process that it lives in. */
export interface PluginHost {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly secrets: SecretResolver;
  /** A directory that the plugin may write in and that outlives the process; shared by all plugins of a project. */
  readonly stateDir: string;
}
