import assert from 'node:assert/strict';
import { rejectsWithCode } from '../../suite/expect.ts';
import type { SchedulerCase } from '../case.ts';
import { needs } from '../case.ts';
import { projectContext, withConfig, workflowOf } from '../context.ts';

const skip = needs('pools');

export const poolCases: readonly SchedulerCase[] = [
  {
    name: 'no more jobs of a pool run at once than it has places, and jobs without it are not held up',
    skip,
    run: async (context) => {
      const names = ['a', 'b', 'c'];
      const plain = workflowOf('workflow', [...names, 'd']);
      const workflow = names.reduce((made, name) => withConfig(made, name, { pool: 'pair' }), plain);
      const { workflowExecutionId: id } = await context.runWorkflow(workflow);
      const a = await context.runner.begun('a');
      for (const name of ['b', 'd']) await context.runner.begun(name);
      await context.settledAt('c', 0);
      await context.waits('c', id, 1, 'queued');
      a.finish();
      await context.runner.begun('c');
    },
  },
  {
    name: 'a job that no place of its pool can hold is refused when it is submitted',
    skip,
    run: async (context) => {
      const submit = async (pool: string, poolSlots: number): Promise<unknown> =>
        await context.scheduler.submitWorkflow(
          withConfig(workflowOf('workflow', ['a']), 'a', { pool, poolSlots }),
          projectContext(),
        );
      await rejectsWithCode(async () => await submit('unknown', 1), 'scheduler.unknown_pool');
      await rejectsWithCode(async () => await submit('pair', 3), 'scheduler.pool_too_small');
      assert.notEqual(await submit('pair', 2), null);
    },
  },
];
