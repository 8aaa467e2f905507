import { event, finished } from '@aiflow/core';
import type { WorkflowPlan } from './plan.ts';
import type { StoryMaker } from './story.ts';
import { executionsOf, expectCount } from './story.ts';

/**
 * Each event from outside restarts a job, which starts another, whose own event starts a third: one of each for one
 * event, whatever is killed in between. The next event is published when all is quiet.
 */
export const heard: StoryMaker = (name, random) => {
  const rounds = random.whole(2, 4);
  const plan: WorkflowPlan = {
    name,
    mayBeStopped: true,
    jobs: [
      {
        name: 'waits',
        ms: random.whole(5, 60),
        retries: 3,
        restartWhen: event({ key: `go.${name}`, life: 'REPEATED' }),
      },
      { name: 'next', ms: 5, says: 1, fails: 1, retries: 3, startWhen: finished({ jobName: 'waits' }) },
      { name: 'told', ms: 5, retries: 3, startWhen: event({ key: `said.${name}`, life: 'REPEATED' }) },
    ],
  };
  const jobs = plan.jobs.map((job) => job.name);
  return {
    name,
    play: async (stage) => {
      await stage.submit(plan);
      const id = await stage.start(plan, name);
      for (let round = 1; round <= rounds + 1; round += 1) {
        await stage.until(`round ${round} of ${id} to end`, () => stage.haveFinished(id, jobs, round));
        if (round > rounds) break;
        const value = `${round}`;
        await stage.publish({ key: `go.${name}`, value, sender: name, sequence: round });
      }
      await stage.stop(id);
      await stage.untilEnded(id);
    },
    verdict: (history, losses) =>
      executionsOf(history, name).flatMap(({ attempts }) =>
        jobs.flatMap((jobName) => {
          const finished = attempts.filter((each) => each.jobName === jobName && each.status === 'FINISHED');
          const what = `finished attempts of ${jobName} in ${name}, of which ${rounds} by an event`;
          return expectCount(what, finished.length, rounds + 1, rounds + 1 + losses);
        }),
      ),
  };
};
