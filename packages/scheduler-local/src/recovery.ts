import type { AttemptRun, AttemptRunner, Clock, Logger } from '@aiflow/core';
import { errorCode, messageOf } from '@aiflow/core';
import type { Dispatcher } from './dispatcher.ts';
import { describeAttempt, killed, lost } from './dispatcher.ts';
import type { GroupCommit } from './group-commit.ts';
import { hopeless } from './hopeless.ts';
import type { Transitions } from './transitions.ts';

export interface RecoveryParts {
  readonly runner: AttemptRunner;
  readonly transitions: Transitions;
  readonly dispatcher: Dispatcher;
  readonly commit: GroupCommit;
  /** Those that are being looked for, by this call or another: each is looked for once at a time. */
  readonly sought: Set<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

const atOnce = 32;
const firstDelay = 500;
const longestDelay = 30_000;

/**
 * Carries out again what was committed and perhaps not done, by the last process or by this one. Attempts that had
 * begun are looked for: one that is found is followed to its end; one that never began is started, unless it was seen running before:
 * then it is lost, as is one that can never be looked for any more. One that only might have begun enters the queue
 * again when it did not. Resolves when each has been dealt with, or when the signal aborts.
 */
export async function recover(attemptIds: readonly string[], parts: RecoveryParts): Promise<void> {
  let own: string[] = [];
  for (const attemptId of attemptIds) {
    const attempt = parts.transitions.live.attempts.get(attemptId);
    if (attempt === undefined || parts.sought.has(attemptId)) continue;
    if (parts.dispatcher.follows(attemptId)) continue;
    if (attempt.begun || attempt.isSought) own.push(attemptId);
    else if (attempt.stopFor !== null) parts.dispatcher.stop(attemptId);
  }
  for (const attemptId of own) parts.sought.add(attemptId);
  for (let delay = firstDelay; !parts.signal.aborted; delay = Math.min(2 * delay, longestDelay)) {
    own = await lookForAll(own, parts);
    if (own.length === 0) return;
    await parts.clock.sleep(delay, { signal: parts.signal }).catch(() => undefined); // aborted: the loop ends
  }
}

/** Looks for each, some at once; gives those of which nothing could be found out. */
async function lookForAll(attemptIds: readonly string[], parts: RecoveryParts): Promise<string[]> {
  const unanswered: string[] = [];
  const next = attemptIds.values();
  const lookForNext = async (): Promise<void> => {
    for (const attemptId of next) {
      const attempt = parts.transitions.live.attempts.get(attemptId);
      let isDone = true;
      try {
        const run =
          attempt === undefined
            ? null
            : await parts.runner.find(describeAttempt(attempt), { signal: parts.signal });
        if (parts.signal.aborted) run?.detach();
        else takeUp(attemptId, run, parts);
      } catch (error) {
        if (parts.signal.aborted) return;
        isDone = giveUp(attemptId, error, parts);
      }
      if (isDone) parts.sought.delete(attemptId);
      else unanswered.push(attemptId);
      if (parts.signal.aborted) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, attemptIds.length) }, lookForNext));
  return unanswered;
}

function takeUp(attemptId: string, run: AttemptRun | null, parts: RecoveryParts): void {
  const { dispatcher, transitions } = parts;
  const attempt = transitions.live.attempts.get(attemptId); // as it is now: it may be stopping meanwhile
  if (attempt === undefined) return;
  if (run !== null) {
    if (attempt.isSought) lookedFor(attemptId, true, parts);
    dispatcher.watch(attemptId, run);
    if (attempt.stopFor !== null) dispatcher.stop(attemptId);
  } else if (attempt.stopFor !== null) {
    dispatcher.end(attemptId, killed, 'stopped');
  } else if (attempt.isSought) {
    lookedFor(attemptId, false, parts);
  } else if (attempt.status === 'INIT') {
    dispatcher.start(attemptId);
  } else {
    dispatcher.end(attemptId, lost('its process vanished and left no result'), 'lost', true);
  }
}

function lookedFor(
  attemptId: string,
  isFound: boolean,
  { commit, transitions, logger }: RecoveryParts,
): void {
  commit.record(
    () => transitions.lookedFor(attemptId, isFound),
    (error) =>
      logger.error(`what was found of attempt ${attemptId} could not be written down: ${error.message}`),
  );
}

/** Says that an attempt could not be looked for; ends it as lost, and gives true, when it never can be. */
function giveUp(
  attemptId: string,
  error: unknown,
  { dispatcher, transitions, logger }: RecoveryParts,
): boolean {
  const attempt = transitions.live.attempts.get(attemptId);
  if (attempt === undefined) return true;
  const isHopeless = hopeless.includes(errorCode(error));
  logger.error(
    `whether job "${attempt.jobName}" of ${attempt.execution.executionId} still runs could not be found out: ` +
      `${messageOf(error)}; ${isHopeless ? 'it counts as lost' : 'it is asked again'}`,
    { attemptId },
  );
  const message = `whether it still runs cannot be found out: ${messageOf(error)}`;
  if (isHopeless) dispatcher.end(attemptId, lost(message), 'lost');
  else dispatcher.notReached(attempt, new Error(message, { cause: error }));
  return isHopeless;
}
