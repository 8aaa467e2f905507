import { event } from '@aiflow/core';
import { isFinal } from '@aiflow/core';
import { projectName } from '../room.ts';
import type { WorkflowPlan } from './plan.ts';
import type { StoryMaker } from './story.ts';
import { executionsOf, expectCount } from './story.ts';

/** Events start executions of two workflows, each in a context of its own: one that a field gives, and one a function. */
export const called: StoryMaker = (name, random) => {
  const values = Array.from({ length: random.whole(2, 5) }, (_, at) => `${name}.${at}`);
  const startWhen = event({ key: `call.${name}` });
  const jobs = [{ name: 'answers', ms: random.whole(5, 50), retries: 2 }];
  const plans: readonly WorkflowPlan[] = [
    { name: `${name}_field`, jobs, startWhen, extractor: { field: 'value' } },
    { name: `${name}_module`, jobs, startWhen, extractor: { module: './context.ts' } },
  ];
  return {
    name,
    play: async (stage) => {
      for (const plan of plans) await stage.submit(plan);
      const publish = (value: string, sequence: number): Promise<void> =>
        stage.publish({ key: `call.${name}`, value, sender: name, sequence });
      // Some at the same time, and some again.
      await Promise.all(values.map((value, at) => publish(value, at)));
      await publish(values[0] ?? '', 0);
      for (const plan of plans) {
        await stage.until(`each event to start an execution of ${plan.name}`, async () => {
          const found = await stage.seat.persist('listWorkflowExecutions', projectName, plan.name, {
            limit: 1000,
          });
          return values.every((value) =>
            found.some(({ context, status }) => context === value && isFinal(status)),
          );
        });
      }
    },
    verdict: (history) =>
      plans.flatMap((plan) =>
        values.flatMap((value) => {
          const found = executionsOf(history, plan.name).filter(({ info }) => info.context === value);
          return expectCount(`executions of ${plan.name} for the event ${value}`, found.length, 1);
        }),
      ),
  };
};
