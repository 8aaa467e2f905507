import { join } from 'node:path';
import { event } from '@aiflow/core';
import type { Bench, BenchContext } from './bench.ts';
import { fullCommits } from './full-commit.ts';
import { idleContext, idleWorkflow, openIdleScheduler } from './idle-scheduler.ts';
import { timed } from './measure.ts';
import { describeTime } from './report.ts';
import { untilEnded } from './until-ended.ts';

const rules = 50;
const mostMs = 10_000;

export const events: Bench = {
  summary: 'events published at the same time, each of which one rule of a workflow waits for',
  run: async (context) => {
    const count = context.scaled(10_000);
    const stateDir = join(context.directory, 'state');
    const scheduler = await openIdleScheduler(stateDir);
    try {
      const workflowRules = Array.from({ length: rules }, (_, at) => ({
        action: 'START' as const,
        condition: event({ key: `key_${at}` }),
      }));
      const contextExtractor = { kind: 'field' as const, field: 'value' as const, pointer: null };
      const workflow = idleWorkflow('bench', 1, { workflowRules, contextExtractor });
      await scheduler.submitWorkflow(workflow, idleContext);
      const after = await scheduler.events.latestVersion();
      const wall = await timed(async () => {
        const publishing = Array.from({ length: count }, (_, at) =>
          scheduler.events.publish([{ key: `key_${at % rules}`, value: `context ${at}` }]),
        );
        await Promise.all([untilEnded(scheduler, after, count), ...publishing]);
      });
      const started = await contextsOf(scheduler);
      report(context, count, wall, started);
    } finally {
      await scheduler.close();
    }
  },
};

/** The contexts of all executions: each event was to start one, in a context of its own. */
async function contextsOf(scheduler: Awaited<ReturnType<typeof openIdleScheduler>>): Promise<string[]> {
  const contexts: string[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await scheduler.listWorkflowExecutions('bench', 'bench', {
      limit: 1000,
      ...(cursor !== undefined && { cursor }),
    });
    contexts.push(...page.map(({ context }) => context ?? ''));
    cursor = page.at(-1)?.workflowExecutionId;
    if (cursor === undefined) return contexts;
  }
}

function report({ report, directory }: BenchContext, count: number, wall: number, started: string[]): void {
  const lost = count - new Set(started).size;
  const twice = started.length - new Set(started).size;
  const alone = fullCommits(join(directory, 'alone.db'), Math.min(count, 500)) * count;
  report.measured({
    what: `${count} events at once against ${rules} rules, until each execution that they start has ended`,
    ours: `${describeTime(wall)}, ${lost} lost, ${twice} twice`,
    beside: `as many commits of one row each ${describeTime(alone)}`,
    ratio: wall / alone,
    goal: { text: `at most ${mostMs / 1000} s`, met: wall <= mostMs && lost === 0 && twice === 0 },
  });
}
