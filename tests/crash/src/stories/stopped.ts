import { errorCode, event, killed } from '@aiflow/core';
import { jobsLeft } from '../jobs-left.ts';
import type { Method } from '../scheduler/messages.ts';
import type { WorkflowPlan } from './plan.ts';
import type { Stage } from './stage.ts';
import type { StoryMaker } from './story.ts';
import { executionsOf, expectCount } from './story.ts';

/** A job that never ends by itself, and does not go easily, is stopped and restarted by requests and by a rule. */
export const stopped: StoryMaker = (name, random) => {
  const plan: WorkflowPlan = {
    name,
    mayBeStopped: true,
    jobs: [
      {
        name: 'stays',
        ms: 5,
        hangs: 100,
        deaf: random.chance(0.7),
        stray: random.chance(0.5),
        stopWhen: event({ key: `stop.${name}` }),
      },
      { name: 'after', ms: 5, retries: 2, startWhen: killed({ jobName: 'stays' }) },
    ],
  };
  const restarts = random.whole(0, 2);
  const way = random.pick(['job', 'execution', 'event'] as const);
  let asked = 0;
  return {
    name,
    play: async (stage) => {
      await stage.submit(plan);
      const id = await stage.start(plan, name);
      for (let restart = 0; restart < restarts; restart += 1) {
        await untilRuns(stage, id);
        asked += await insist(stage, 'restartJobExecution', id);
      }
      await untilRuns(stage, id);
      if (way === 'job') {
        await insist(stage, 'stopJobExecution', id);
      } else if (way === 'execution') {
        await stage.stop(id);
      } else {
        await stage.publish({ key: `stop.${name}`, value: 'now', sender: name, sequence: 1 });
      }
      await stage.untilEnded(id);
      // Whoever says that it has ended says that no process is left.
      const left = jobsLeft(stage.room, id);
      if (left.length > 0)
        stage.violate('stuck', `${id} has ended, and these processes are left: ${left.join(' ')}`);
    },
    verdict: (history, losses) =>
      executionsOf(history, name).flatMap(({ attempts }) => {
        const of = (jobName: string): number => attempts.filter((each) => each.jobName === jobName).length;
        return [
          ...expectCount(
            `attempts of a job that was restarted in ${name}`,
            of('stays'),
            restarts + 1 - losses,
            asked + 1,
          ),
          ...expectCount(
            `attempts after a stop in ${name}`,
            of('after'),
            way === 'execution' || losses > 0 ? 0 : 1,
            Infinity,
          ),
        ];
      }),
  };
};

async function untilRuns(stage: Stage, id: string): Promise<void> {
  await stage.until(`a job of ${id} to run, or to have been stopped`, async () => {
    const newest = (await stage.attempts(id, 'stays')).at(-1);
    return newest !== undefined && newest.status !== 'INIT';
  });
}

/**
 * Asks until it is answered, or written down: then the next scheduler has to carry it out. Gives how often it was asked.
 * What was done before the answer got lost is not allowed any more.
 */
async function insist(stage: Stage, method: Method & `${string}JobExecution`, id: string): Promise<number> {
  for (let asked = 1; ; asked += 1) {
    try {
      await stage.seat.call(method, 'stays', id);
      return asked;
    } catch (error) {
      const code = errorCode(error);
      if (code === 'scheduler.not_allowed') return asked;
      if (code !== 'crash.interrupted' && code !== 'scheduler.stop_failed') throw error;
    }
    if ((await stage.attempts(id, 'stays')).at(-1)?.reason === 'stopping') {
      await stage.until(`the stop of a job of ${id}`, async () =>
        (await stage.attempts(id, 'stays')).every(({ reason }) => reason !== 'stopping'),
      );
      return asked;
    }
  }
}
