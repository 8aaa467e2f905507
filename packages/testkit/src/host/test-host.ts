import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, PluginHost, SecretResolver } from '@aiflow/core';
import { systemClock } from '@aiflow/core';
import { removeTree } from '../suite/remove-tree.ts';
import type { RecordingLogger } from './recording-logger.ts';
import { createRecordingLogger } from './recording-logger.ts';

export interface TestHostOptions {
  /** The machine's clock unless said; see `createManualClock`. */
  readonly clock?: Clock;
  /** What `${NAME}` stands for; nothing else is known. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** A directory to use and keep. Without it one is made, and `dispose` removes it. */
  readonly stateDir?: string;
}

/** A host for a plugin under test. */
export interface TestHost extends PluginHost {
  readonly logger: RecordingLogger;
  /** Removes the directory that was made for it. */
  dispose(): Promise<void>;
}

export async function createTestHost(options: TestHostOptions = {}): Promise<TestHost> {
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'aiflow-testkit-')));
  return {
    logger: createRecordingLogger(),
    clock: options.clock ?? systemClock,
    secrets: recordSecrets(options.secrets ?? {}),
    stateDir,
    dispose: async () => {
      if (options.stateDir === undefined) await removeTree(stateDir);
    },
  };
}

/** Secrets from a record; what merely hangs on its prototype is not one. */
function recordSecrets(secrets: Readonly<Record<string, string>>): SecretResolver {
  return { get: (name) => (Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : null) };
}
