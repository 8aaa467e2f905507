import { describe, expect, it } from 'vitest';
import type { Workflow, WorkflowBuilder } from '../../src/index.ts';
import { all, event, finished, isLongRunning, startsWithExecution } from '../../src/index.ts';
import { draw, oneStep } from '../define/drawing.ts';

/** A workflow of the jobs a, b and c as they are drawn, compiled by hand. */
function workflowOf(more: (workflow: WorkflowBuilder) => void): Workflow {
  const { jobs, ...graph } = draw(['a'], more);
  return {
    ...graph,
    format: 1,
    jobs: jobs.map((config) => ({ config, platform: 'p', engine: 'e', plan: null, inputs: [], outputs: [] })),
    dependencies: {},
    plugins: [],
  };
}

const a = { jobName: 'a' };
const news = event({ key: 'news' });

describe('the jobs that start with an execution', () => {
  it('are those with neither a START rule nor a schedule, in order', () => {
    const workflow = workflowOf((w) => {
      w.job('waits', oneStep).startWhen(finished(a));
      w.job('ticks', oneStep).schedule({ interval: '1h' });
      w.job('stops', oneStep).stopWhen(news);
      w.job('restarts', oneStep).restartWhen(finished(a)).when(news, 'NONE');
    });
    expect(startsWithExecution(workflow)).toEqual(['a', 'stops', 'restarts']);
  });
});

describe('an execution', () => {
  it.each<[string, boolean, (workflow: WorkflowBuilder) => void]>([
    ['jobs that wait for each other', false, (w) => w.job('b', oneStep).startWhen(finished(a))],
    ['a job with a schedule', true, (w) => w.job('b', oneStep).schedule({ cron: '0 6 * * *' })],
    ['a schedule of its own', false, (w) => w.schedule({ cron: '0 6 * * *' })],
    ['a job that an event starts', true, (w) => w.job('b', oneStep).startWhen(all(finished(a), news))],
    ['a job that an event restarts', true, (w) => w.job('b', oneStep).restartWhen(news)],
    ['a job that an event stops', false, (w) => w.job('b', oneStep).stopWhen(news)],
    ['a rule of the workflow', false, (w) => w.startWhen(news)],
  ])('with %s goes on by itself without end: %s', (_, expected, more) => {
    expect(isLongRunning(workflowOf(more))).toBe(expected);
  });
});
