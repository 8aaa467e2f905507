import type { Condition } from '@aiflow/core';
import { all, any, failed, finished } from '@aiflow/core';
import type { Random } from '../random.ts';
import type { JobPlan, WorkflowPlan } from './plan.ts';
import type { StoryMaker } from './story.ts';
import { executionsOf, expectCount } from './story.ts';

/** Layers of jobs that start when those before have finished or failed, with retries and timeouts; some executions. */
export const graph: StoryMaker = (name, random) => {
  const plan = drawGraph(name, random);
  const keys = Array.from({ length: random.whole(1, 2) }, (_, at) => `${name}-${at}`);
  return {
    name,
    play: async (stage) => {
      await stage.submit(plan);
      const ids = await Promise.all(keys.map((key) => stage.start(plan, key)));
      await Promise.all(ids.map((id) => stage.untilEnded(id)));
    },
    verdict: (history) =>
      expectCount(`executions of ${name}`, executionsOf(history, name).length, keys.length),
  };
};

function drawGraph(name: string, random: Random): WorkflowPlan {
  const jobs: JobPlan[] = [];
  let before: readonly JobPlan[] = [];
  for (let layer = random.whole(1, 3); layer >= 0; layer -= 1) {
    const drawn = Array.from({ length: random.whole(1, 3) }, (_, at): JobPlan => {
      const job = drawJob(`j${jobs.length + at}`, random);
      return before.length === 0 ? job : { ...job, startWhen: drawCondition(before, random) };
    });
    jobs.push(...drawn);
    before = drawn;
  }
  return {
    name,
    jobs,
    ...(random.chance(0.3) && { jobsAtOnce: random.whole(1, 3) }),
    ...(random.chance(0.3) && { executionsAtOnce: 1 }),
  };
}

function drawJob(name: string, random: Random): JobPlan {
  const job = {
    name,
    ms: random.chance(0.2) ? random.whole(200, 1500) : random.whole(5, 80),
    says: random.chance(0.3) ? random.whole(1, 3) : 0,
    isNarrow: random.chance(0.15),
  };
  const kind = random.next();
  if (kind < 0.2) return { ...job, fails: random.whole(1, 2), retries: 3 };
  if (kind < 0.3) return { ...job, fails: 100, retries: random.whole(0, 2) };
  // It works for a small part of its timeout: what ends just then may be stopped or not.
  if (kind < 0.4) return { ...job, ms: random.whole(5, 80), hangs: 1, retries: 2, timeoutSeconds: 2 };
  return { ...job, retries: random.whole(0, 1) };
}

function drawCondition(before: readonly JobPlan[], random: Random): Condition {
  // Mostly such that it can be met.
  const on = (job: JobPlan): Condition =>
    (job.fails ?? 0) > 10 !== random.chance(0.1)
      ? failed({ jobName: job.name })
      : finished({ jobName: job.name });
  const conditions = random.some(before, 3).map(on);
  const [first] = conditions;
  if (conditions.length === 1 && first !== undefined) return first;
  return random.chance(0.7) ? all(...conditions) : any(...conditions);
}
