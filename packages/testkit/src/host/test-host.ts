import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Clock,
  Event,
  EventContext,
  ExtractorSource,
  SchedulerHost,
  SecretResolver,
} from '@aiflow/core';
import { AIFlowError, createContextExtractor, messageOf, systemClock } from '@aiflow/core';
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
  /** Stands for the function of a project: what it throws makes extracting that event fail. */
  readonly contextOf?: ContextOf;
  /** Whether a scheduler acts by the schedules and rules of workflows; it does unless said. */
  readonly startsByItself?: boolean;
}

/** Says of an event which executions of a workflow it belongs to. */
export type ContextOf = (event: Event, workflowName: string) => EventContext | Promise<EventContext>;

/** A host for a plugin under test; for a scheduler it lacks the runner, which is the test's. */
export interface TestHost extends Omit<SchedulerHost, 'runner'> {
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
    contextExtractor: scriptedExtractors(options.contextOf ?? noContextOf),
    startsByItself: options.startsByItself ?? true,
    dispose: async () => {
      if (options.stateDir === undefined) await removeTree(stateDir);
    },
  };
}

/** Secrets from a record; what merely hangs on its prototype is not one. */
function recordSecrets(secrets: Readonly<Record<string, string>>): SecretResolver {
  return { get: (name) => (Object.hasOwn(secrets, name) ? (secrets[name] ?? null) : null) };
}

/** Extractors that need no project: a module's function is the test's. */
function scriptedExtractors(contextOf: ContextOf): ExtractorSource {
  return async ({ workflowName, contextExtractor }, { uri }) => {
    if (contextExtractor?.kind !== 'module')
      return createContextExtractor(contextExtractor, { projectDir: uri });
    return {
      extract: async (event) => {
        try {
          return await contextOf(event, workflowName);
        } catch (cause) {
          const message = `the context of event ${event.version} cannot be told: ${messageOf(cause)}`;
          throw new AIFlowError('context.failed', message, { context: { version: event.version }, cause });
        }
      },
      close: async () => {},
    };
  };
}

function noContextOf(): never {
  throw new Error('the test gave its host no contextOf');
}
