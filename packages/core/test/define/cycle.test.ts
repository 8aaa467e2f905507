import { describe, expect, it } from 'vitest';
import { checkCycle } from '../../src/define/cycle.ts';
import { applyRunConditions } from '../../src/define/run-condition.ts';
import type { AIGraph, WorkflowBuilder } from '../../src/index.ts';
import { all, any, event, failed, finished, isAIFlowError } from '../../src/index.ts';
import { draw, oneStep } from './drawing.ts';

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
});
