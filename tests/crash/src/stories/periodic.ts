import { finished } from '@aiflow/core';
import type { WorkflowPlan } from './plan.ts';
import type { StoryMaker } from './story.ts';
import { executionsOf, expectCount } from './story.ts';

const intervalMs = 1000;

/** A job on a schedule of its own, which a tick restarts, and one that follows it. */
export const periodic: StoryMaker = (name, random) => {
  const plan: WorkflowPlan = {
    name,
    mayBeStopped: true,
    jobs: [
      { name: 'beats', ms: random.whole(5, 300), schedule: { interval: intervalMs / 1000 } },
      { name: 'follows', ms: 5, startWhen: finished({ jobName: 'beats' }) },
    ],
  };
  const beats = random.whole(2, 3);
  return {
    name,
    play: async (stage) => {
      await stage.submit(plan);
      const id = await stage.start(plan, name);
      // On a busy machine each may be stopped by the next.
      await stage.until(
        `${beats} beats of ${id}`,
        async () => (await stage.attempts(id, 'beats')).length >= beats,
      );
      await stage.stop(id);
      await stage.untilEnded(id);
    },
    verdict: (history, losses) =>
      executionsOf(history, name).flatMap(({ info, attempts }) => {
        const [start, end] = [Date.parse(info.startDate ?? ''), Date.parse(info.endDate ?? '')];
        const ticks = Math.floor((end - start) / intervalMs);
        const made = attempts.filter(({ jobName }) => jobName === 'beats').length;
        return expectCount(
          `attempts of a job that came round ${ticks} times in ${name}`,
          made,
          beats,
          ticks + losses,
        );
      }),
  };
};
