import { isFinal } from '@aiflow/core';
import { projectName } from '../room.ts';
import type { WorkflowPlan } from './plan.ts';
import type { StoryMaker } from './story.ts';
import { executionsOf, expectCount } from './story.ts';

const intervalMs = 1000;

/** A workflow on a schedule, all of whose ticks are made up for: each starts one execution, until it is paused. */
export const ticking: StoryMaker = (name, random) => {
  const wanted = random.whole(2, 4);
  const firstTick = Date.now() + random.whole(300, 1500);
  const plan: WorkflowPlan = {
    name,
    jobs: [{ name: 'ticks', ms: random.whole(5, 50), retries: 2 }],
    schedule: { interval: intervalMs / 1000, startDate: new Date(firstTick), missedTicks: 'all' },
  };
  let submittedBy = 0;
  return {
    name,
    play: async (stage) => {
      await stage.submit(plan);
      submittedBy = Date.now();
      const list = (): ReturnType<typeof stage.seat.persist<'listWorkflowExecutions'>> =>
        stage.seat.persist('listWorkflowExecutions', projectName, name, { limit: 1000 });
      await stage.until(`${wanted} executions of ${name}`, async () => (await list()).length >= wanted);
      await stage.seat.persist('pauseWorkflowScheduling', projectName, name);
      await stage.until(`the executions of ${name} to end`, async () =>
        (await list()).every(({ status }) => isFinal(status)),
      );
    },
    verdict: ({ lastTicks, ...history }) => {
      const last = lastTicks.get(name) ?? NaN;
      // Ticks before it was submitted are none of its own; when exactly that was is known up to its acknowledgement.
      const missed = Math.max(0, Math.ceil((submittedBy - firstTick) / intervalMs));
      const ticks = Math.floor((last - firstTick) / intervalMs) + 1;
      const found = executionsOf({ lastTicks, ...history }, name).length;
      return expectCount(
        `executions of ${name} for ${ticks} ticks`,
        found,
        Math.max(wanted, ticks - missed),
        ticks,
      );
    },
  };
};
