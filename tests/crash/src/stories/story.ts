import type { Random } from '../random.ts';
import type { ExecutionHistory, History } from '../verdict/history.ts';
import type { Violation } from '../verdict/violation.ts';
import type { Stage } from './stage.ts';

/** A workflow that somebody uses, and what must have come of it in spite of all kills. */
export interface Story {
  readonly name: string;
  /** Resolves when all that it began has ended; throws `Stuck` when that does not come. */
  play(stage: Stage): Promise<void>;
  /** What is wrong in the end, beyond what is wrong with any execution. `losses` attempts may have been lost. */
  verdict(history: History, losses: number): readonly Violation[];
}

/** Makes a story; its workflows begin with `name`. */
export type StoryMaker = (name: string, random: Random) => Story;

export function executionsOf(history: History, workflowName: string): readonly ExecutionHistory[] {
  return history.executions.filter(({ plan }) => plan.name === workflowName);
}

/** Too few is a loss, too many is one twice. */
export function expectCount(what: string, found: number, least: number, most = least): readonly Violation[] {
  const expected = least === most ? `${least}` : `${least} to ${most}`;
  if (found < least) return [{ kind: 'lost', what: `${what}: ${found}, expected ${expected}` }];
  if (found > most) return [{ kind: 'twice', what: `${what}: ${found}, expected ${expected}` }];
  return [];
}
