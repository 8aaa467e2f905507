/**
 * What is killed. `machine`: the scheduler, with what was written to its database's log and is not known to be on the
 * disk. `both`: the scheduler and its launcher. `frozen`: the launcher, which is stopped first, so that it dies with
 * requests that it never read. `keeper`: that of a job; at a point, of the next job, as soon as it is there.
 */
export type Victim = 'scheduler' | 'machine' | 'launcher' | 'frozen' | 'both' | 'keeper';

/** What a scheduler does outside of its process. `row`: a write of a transaction; `answer`: its launcher's is heard. */
const deeds = [
  'row',
  'commit',
  'sync',
  'launcher',
  'launch',
  'answer',
  'directory',
  'write',
  'rename',
  'remove',
  'signal',
] as const;
export type Deed = (typeof deeds)[number];
/** Where it can be caught: just before and just after. */
export type Point = `${Deed}:${'before' | 'after'}`;

export const points: readonly Point[] = deeds.flatMap((deed): Point[] => [`${deed}:before`, `${deed}:after`]);

/** Catches the scheduler when it comes to the point for the n-th time, from 1. */
export interface Trap {
  readonly point: Point;
  readonly nth: number;
  readonly victim: Victim;
}
