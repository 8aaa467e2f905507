import type { Stage } from '../stories/stage.ts';
import type { Story } from '../stories/story.ts';
import { checkAttempts } from './check-attempts.ts';
import { checkEvents } from './check-events.ts';
import { checkExecution } from './check-execution.ts';
import type { History } from './history.ts';
import type { Violation } from './violation.ts';

/** What is wrong with a room in which nothing runs any more. `keeperKills` attempts, and no more, may have been lost. */
export function judge(
  history: History,
  stories: readonly Story[],
  { acknowledged, started }: Pick<Stage, 'acknowledged' | 'started'>,
  keeperKills: number,
): Violation[] {
  const { violations, losses } = checkAttempts(history);
  const known = new Set(history.executions.map(({ info }) => info.workflowExecutionId));
  const unknown = [...started].filter((id) => !known.has(id));
  const unforced = losses.slice(keeperKills);
  return [
    ...violations,
    ...unforced.map((what): Violation => ({ kind: 'lost', what: `${what}, and nobody killed its keeper` })),
    ...unknown.map((id): Violation => ({
      kind: 'lost',
      what: `execution ${id} was started and is not known`,
    })),
    ...history.executions.flatMap(checkExecution),
    ...checkEvents(history, acknowledged),
    ...stories.flatMap((story) => story.verdict(history, losses.length)),
  ];
}
