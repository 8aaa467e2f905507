import { hidesItsOrigin, jobsOf } from './processes.ts';
import type { Room } from './room.ts';

/**
 * The processes of jobs that are there, of one execution when it is named. Launched by plain Node, what clears its
 * environment and leaves its session escapes a stop: that is documented, and not counted.
 */
export function jobsLeft(room: Room, executionId: string = ''): number[] {
  const left = jobsOf(room.directory, executionId);
  return room.usesNode() ? left.filter((pid) => !hidesItsOrigin(pid)) : left;
}
