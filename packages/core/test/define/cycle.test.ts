import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/define/conditions.ts';
import { checkCycle } from '../../src/define/cycle.ts';
import type { JobConfig } from '../../src/define/graph.ts';
import type { JobRule } from '../../src/define/rules.ts';
import { jobActions } from '../../src/define/rules.ts';
import { applyRunConditions } from '../../src/define/run-condition.ts';
import type { AIGraph, WorkflowBuilder } from '../../src/index.ts';
import { all, any, event, failed, finished, isAIFlowError } from '../../src/index.ts';
import type { Schedule } from '../../src/schedule/schedule.ts';
import { draw, oneStep } from './drawing.ts';

const schedule: Schedule = { kind: 'interval', intervalMs: 1000, startDate: null, missedTicks: 'latest' };
const job = (jobName: string): { readonly jobName: string } => ({ jobName });

/** As compiling does, without a YAML. */
const check = ({ rules, jobs }: AIGraph): void => checkCycle(jobs, applyRunConditions(rules, jobs));

/** The path of the cycle that is found in what `build` draws; null when there is none. */
function cycleOf(jobNames: readonly string[], build: (workflow: WorkflowBuilder) => void): unknown {
  try {
    check(draw(jobNames, build));
  } catch (error) {
    if (isAIFlowError(error, 'define.cycle')) return error.context['path'];
    throw error;
  }
  return null;
}

describe('a cycle of jobs', () => {
  it('is named as a path, in context and in the message', () => {
    let message = '';
    try {
      const drawn = draw([], (workflow) => {
        const [a, b, c] = ['a', 'b', 'c'].map((name) => workflow.job(name, oneStep));
        a?.startWhen(finished(job('c')));
        b?.startWhen(finished(job('a')));
        c?.startWhen(finished(job('b')));
      });
      check(drawn);
    } catch (error) {
      message = isAIFlowError(error, 'define.cycle') ? error.message : String(error);
    }
    expect(message).toMatch(/a → c → b → a; take one of the rules out/);
  });

  it('is found when a job waits for itself', () => {
    expect(
      cycleOf(['other'], (workflow) => workflow.job('a', oneStep).startWhen(finished(job('a')))),
    ).toEqual(['a', 'a']);
  });

  it('is found behind jobs that can start, and leaves out those that merely lead to it', () => {
    const path = cycleOf(['first'], (workflow) => {
      const [leads, a, b] = ['leads', 'a', 'b'].map((name) => workflow.job(name, oneStep));
      leads?.startWhen(all(finished(job('first')), finished(job('a'))));
      a?.startWhen(finished(job('b')));
      b?.startWhen(finished(job('a')));
    });
    expect(path).toEqual(['a', 'b', 'a']);
  });

  it('is none where another way leads in: any, a second rule, or a restart', () => {
    expect(
      cycleOf(['first'], (workflow) => {
        const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
        a?.startWhen(any(finished(job('first')), finished(job('b'))));
        b?.startWhen(finished(job('a')));
      }),
    ).toBeNull();
    expect(
      cycleOf(['first'], (workflow) => {
        const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
        a?.startWhen(finished(job('b'))).startWhen(finished(job('first')));
        b?.startWhen(finished(job('a')));
      }),
    ).toBeNull();
    expect(
      cycleOf(['first'], (workflow) => {
        const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
        a?.startWhen(finished(job('b'))).restartWhen(failed(job('first')));
        b?.startWhen(finished(job('a')));
      }),
    ).toBeNull();
  });

  it('is found where only a part of an all can be met, or where a rule that can be met only stops', () => {
    const ofAll = cycleOf(['first'], (workflow) => {
      const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
      a?.startWhen(all(finished(job('first')), finished(job('b'))));
      b?.startWhen(finished(job('a')));
    });
    expect(ofAll).toEqual(['a', 'b', 'a']);
    const stopped = cycleOf(['first'], (workflow) => {
      const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
      a?.startWhen(finished(job('b'))).stopWhen(finished(job('first')));
      b?.startWhen(finished(job('a')));
    });
    expect(stopped).toEqual(['a', 'b', 'a']);
  });

  it('is none where an event alone can start a job, or is enough for one that waits for others too', () => {
    const alone = cycleOf([], (workflow) => {
      workflow.job('a', oneStep).startWhen(event({ key: 'go' }));
    });
    expect(alone).toBeNull();
    const either = cycleOf([], (workflow) => {
      const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
      a?.startWhen(any(finished(job('b')), event({ key: 'go' })));
      b?.startWhen(finished(job('a')));
    });
    expect(either).toBeNull();
    const both = cycleOf([], (workflow) => {
      const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
      a?.startWhen(all(finished(job('b')), event({ key: 'go' })));
      b?.startWhen(finished(job('a')));
    });
    expect(both).toEqual(['a', 'b', 'a']);
  });

  it('is none where a rule only stops', () => {
    const path = cycleOf([], (workflow) => {
      const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
      a?.stopWhen(finished(job('b')));
      b?.startWhen(finished(job('a')));
    });
    expect(path).toBeNull();
  });

  it('is none where a schedule or an event starts one of the jobs, or a failure does by its run condition', () => {
    expect(
      cycleOf([], (workflow) => {
        const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
        a?.startWhen(finished(job('b'))).schedule({ interval: '1h' });
        b?.startWhen(finished(job('a')));
      }),
    ).toBeNull();
    expect(
      cycleOf([], (workflow) => {
        const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
        a?.startWhen(any(finished(job('b')), event({ key: 'go' })));
        b?.startWhen(finished(job('a')));
      }),
    ).toBeNull();
    expect(
      cycleOf(['first'], (workflow) => {
        const a = workflow.job('a', { runCondition: 'upstream_failed' }, oneStep);
        const b = workflow.job('b', oneStep).startWhen(finished(a));
        a.startWhen(all(finished(job('first')), finished(b)));
      }),
    ).toBeNull();
  });

  it('is found where a rule that can be met does nothing', () => {
    const path = cycleOf(['first'], (workflow) => {
      const [a, b] = ['a', 'b'].map((name) => workflow.job(name, oneStep));
      a?.startWhen(finished(job('b'))).when(finished(job('first')), 'NONE');
      b?.startWhen(finished(job('a')));
    });
    expect(path).toEqual(['a', 'b', 'a']);
  });

  it('is found in a chain of 20,000 jobs without exhausting the stack', () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `job_${index}`);
    const path = cycleOf([], (workflow) => {
      const jobs = names.map((name) => workflow.job(name, oneStep));
      for (const [index, each] of jobs.entries()) each.startWhen(finished(job(names.at(index - 1) ?? '')));
    });
    expect(path).toHaveLength(20_001);
  });

  it('is found exactly where some job never becomes able to start, whatever the order of the jobs', () => {
    const seed = Number(process.env['AIFLOW_TEST_SEED'] ?? Date.now() % 1_000_000);
    const found = { circles: 0, none: 0 };
    const next = randomNumbers(seed);
    for (let round = 0; round < 3000; round++) {
      const { jobs, rules } = randomWorkflow(next);
      let path: unknown = null;
      try {
        checkCycle(jobs, rules);
        found.none += 1;
      } catch (error) {
        if (!isAIFlowError(error, 'define.cycle')) throw error;
        path = error.context['path'];
        found.circles += 1;
      }
      expect(path !== null, `seed ${seed}, ${JSON.stringify(rules)}`).toBe(someNeverStarts(jobs, rules));
    }
    expect(found.circles, `seed ${seed}`).toBeGreaterThan(100);
    expect(found.none, `seed ${seed}`).toBeGreaterThan(100);
  });
});

function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
}

function randomWorkflow(next: (below: number) => number): { jobs: JobConfig[]; rules: JobRule[] } {
  const count = 1 + next(6);
  const name = (): string => `job_${next(count)}`;
  const condition = (depth: number): Condition => {
    const kind = next(depth > 2 ? 5 : 7);
    if (kind === 4) return event({ key: 'go' });
    if (kind < 4) return finished(job(name()));
    const of = Array.from({ length: 1 + next(3) }, () => condition(depth + 1));
    return kind === 5 ? all(...of) : any(...of);
  };
  const jobs = Array.from({ length: count }, (_, index) => ({
    jobName: `job_${index}`,
    jobType: 'fake',
    properties: {},
    ...(next(12) === 0 && { schedules: [schedule] }),
  }));
  const rules = Array.from({ length: next(2 * count) }, () => {
    const action = jobActions[next(jobActions.length)] ?? 'START';
    return { jobName: name(), action: next(2) === 0 ? 'START' : action, condition: condition(0) };
  });
  return { jobs, rules };
}

/** By asking every rule again and again, until nothing changes. */
function someNeverStarts(jobs: readonly JobConfig[], rules: readonly JobRule[]): boolean {
  const able = new Set<string>();
  const isMet = (condition: Condition): boolean => {
    if (condition.kind === 'event') return true;
    if (condition.kind === 'job_status') return able.has(condition.jobName);
    return condition.kind === 'all' ? condition.of.every(isMet) : condition.of.some(isMet);
  };
  for (let before = -1; before !== able.size;) {
    before = able.size;
    for (const { jobName, schedules } of jobs) {
      const own = rules.filter((rule) => rule.jobName === jobName);
      const starts = own.some(({ action, condition }) => /^(?:RE)?START$/.test(action) && isMet(condition));
      if (starts || schedules !== undefined || own.every(({ action }) => action !== 'START'))
        able.add(jobName);
    }
  }
  return able.size < jobs.length;
}
