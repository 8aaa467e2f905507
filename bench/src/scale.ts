import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { idleContext, idleWorkflow, openIdleScheduler } from './idle-scheduler.ts';
import { inTurn, median, timed } from './measure.ts';
import { describeTime } from './report.ts';
import { untilEnded } from './until-ended.ts';

const goal = 1.5;

export const scale: Bench = {
  summary: 'schedule an execution of ten times as many jobs, without running them',
  run: async ({ report, directory, scaled }) => {
    const [many, few] = [scaled(100_000), scaled(10_000)];
    const times = await inTurn(scaled(3), {
      many: () => schedule(directory, many),
      few: () => schedule(directory, few),
    });
    const each = (count: number, walls: readonly number[]): number => median(walls) / count;
    const ratio = each(many, times.many) / each(few, times.few);
    report.measured({
      what: `a job of ${many}`,
      ours: `${(each(many, times.many) * 1000).toFixed(0)} µs (all in ${describeTime(median(times.many))})`,
      beside: `a job of ${few} ${(each(few, times.few) * 1000).toFixed(0)} µs`,
      ratio,
      goal: { text: `at most ${goal} ×`, met: ratio <= goal },
    });
  },
};

/** Runs an execution of so many jobs that end at once; gives how long that took, in milliseconds. */
async function schedule(directory: string, jobs: number): Promise<number> {
  const scheduler = await openIdleScheduler(mkdtempSync(join(directory, 'state-')));
  try {
    await scheduler.submitWorkflow(idleWorkflow('bench', jobs), idleContext);
    const after = await scheduler.events.latestVersion();
    return await timed(async () => {
      await scheduler.startNewWorkflowExecution('bench', 'bench');
      await untilEnded(scheduler, after, 1);
    });
  } finally {
    await scheduler.close();
  }
}
