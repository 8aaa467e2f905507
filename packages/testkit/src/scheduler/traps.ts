import type { SchedulerCase } from './case.ts';
import { trapCases } from './cases/traps.ts';

/**
 * Mistakes of AIFlow's scheduler and notification service, and behaviours that its own tests assert, in the words in
 * which they were told: each with the case that is about it.
 */
export const traps: Readonly<Record<string, string>> = {
  ...Object.fromEntries(trapCases.map(({ name }) => [name, name])),
  'end_date getters return start_date': 'an execution begins, runs and ends FINISHED, each with its date',
  'splitting project.workflow on . breaks dotted names':
    'workflows of one name in two projects, and names with dots, are not mixed up',
  'start_job_execution cannot start a job that never ran':
    'startJobExecution starts a job that never ran, and one that has ended once more',
  'nothing ever sends the dataset event': 'a job that finished says so of each dataset that it writes',
  'the worker downloads the latest snapshot, not the execution’s own':
    'an execution keeps the definition and the snapshot that it began with',
  'any / all': 'all waits for every part, any for one, in whatever order they come',
  'a START is ignored while running': 'a START rule does nothing while its job runs',
  'a RESTART starts before the stop succeeded':
    'a RESTART rule stops its job and begins it anew only after the stop is confirmed',
  'a job-level tick is a RESTART':
    'a job with a schedule begins at its ticks, anew when it runs, and its execution goes on',
  'periodic runs that never run':
    'each tick of a submitted workflow starts an execution of its own, until it is deleted',
  'START skipped while running, restarted when finished':
    'an event starts an execution of its context, unless one runs',
  'STOP by context': 'an event stops the executions of its context, and one for all stops all',
  'an extractor that throws does not stop the rest':
    'an event on which the extractor of one workflow fails hides no other event, and nothing from other workflows',
  'list and wildcard': 'list and count take each part of a filter, and * for everything',
  'listen from a version': 'listen goes on after a version, keeps to its filter, and ends with its signal',
  'idempotent send': 'the same sender and sequence published again changes nothing',
  'cluster job survives a kill':
    'stopJobExecution resolves only when the stop is confirmed, and leaves the other jobs alone',
  'stuck in KILLING':
    'a stop that fails is scheduler.stop_failed, leaves the attempt as it is, and can be asked for again',
  'running Flink jobs not recovered':
    'a close leaves running attempts alone, and the next start finds them and does not begin them again',
  'events lost while the scheduler is down':
    'what a job puts into its outbox is published once and before its end, also when no scheduler was there',
  'duplicates on restart': 'what came before a restart counts after it, and what was used up does not',
  'events leaking across executions':
    'a change of a job acts in its own execution only, and not when somebody else publishes it',
  'events leaking across contexts':
    'an event goes to the executions of its context, and one without a context to all',
  'wrong run status after an upstream failure':
    'an execution with a failed job ends FAILED, and what waits for that job does not begin',
  'no job retries':
    'a failed attempt is followed by another after its delay, up to the limit, and rules see the last failure',
  'client races server start': 'every method is scheduler.closed before the start and after the close',
};

/** With the words of the traps that it is about. */
export function withTraps(each: SchedulerCase): SchedulerCase {
  const words = Object.keys(traps).filter((trap) => traps[trap] === each.name && trap !== each.name);
  const isTrap = Object.hasOwn(traps, each.name);
  if (words.length === 0 && !isTrap) return each;
  return { ...each, name: isTrap ? `trap: ${each.name}` : `${each.name} (trap: ${words.join('; ')})` };
}
