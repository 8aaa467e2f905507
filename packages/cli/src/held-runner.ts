import { join } from 'node:path';
import type { Attempt, AttemptRun, AttemptRunner, BlobManager } from '@aiflow/core';
import { AIFlowError, createRegistry, createRunner } from '@aiflow/core';
import type { Session } from './session.ts';
import { openRunner } from './session.ts';

/**
 * A worker that begins nothing, for commands that open a scheduler only to ask it, or to end something. Attempts for
 * which `reaches` says true are looked for, so that they can be stopped; of the others it is left open whether they
 * run. What it was to begin, and to look for, the next scheduler begins and looks for again.
 */
export function heldRunner(
  session: Session,
  blob: BlobManager,
  reaches: (attempt: Attempt) => boolean,
): AttemptRunner {
  const real = openRunner(session, blob);
  return {
    start: (attempt) => held(session, blob, attempt),
    find: async (attempt, options) => (reaches(attempt) ? real.find(attempt, options) : unreached(session)),
  };
}

/** An attempt that waits for a plugin which never comes, and is KILLED when it is stopped. */
function held({ host }: Session, blob: BlobManager, attempt: Attempt): AttemptRun {
  const waiting = Promise.withResolvers<never>();
  const loadPlugin = (): Promise<never> => waiting.promise;
  const run = createRunner({
    ...host,
    blob,
    environment: {},
    registry: createRegistry(),
    loadPlugin,
  }).start(attempt);
  return {
    logDir: run.logDir,
    outboxDir: run.outboxDir,
    submitted: run.submitted,
    result: run.result,
    stop: () => {
      const stopped = run.stop(); // first, so that what comes of it is known to be a stop
      waiting.reject(new AIFlowError('job.stopped', `job "${attempt.job.config.jobName}" was never begun`));
      return stopped;
    },
    detach: () => run.detach(),
  };
}

/**
 * An attempt of which nothing is known: it is neither followed nor stopped, and its outbox is not looked into. It is no
 * error, which the scheduler would tell of, and keeps none waiting that is to be reached.
 */
function unreached({ project }: Session): AttemptRun {
  const nowhere = join(project.stateDir, 'nowhere');
  return {
    logDir: nowhere,
    outboxDir: nowhere,
    submitted: never(),
    result: never(),
    stop: never,
    detach: () => undefined,
  };
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
