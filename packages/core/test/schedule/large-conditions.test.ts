import { describe, expect, it } from 'vitest';
import type { Condition, Workflow } from '../../src/index.ts';
import { all, any, checkWorkflow, defineWorkflow, finished, workflowFormat } from '../../src/index.ts';
import { errorOf } from '../thrown.ts';
import { fires, job, status } from './telling.ts';

const leaf = finished(job('a'));

/** Written out by hand, as hostile data would be. */
function nested(depth: number): Condition {
  let condition: Condition = leaf;
  for (let level = 0; level < depth; level += 1) condition = { kind: 'all', of: [condition] };
  return condition;
}

function workflow(condition: unknown): unknown {
  const config = { jobName: 'a', jobType: 't', properties: {} };
  const made: Workflow = {
    format: workflowFormat,
    workflowName: 'w',
    properties: {},
    jobs: [{ config, platform: 'local', engine: 't', plan: null, inputs: [], outputs: [] }],
    rules: [],
    workflowRules: [],
    schedules: [],
    contextExtractor: null,
    limits: {},
    dependencies: {},
    plugins: [],
  };
  return { ...made, rules: [{ jobName: 'a', action: 'START', condition }] };
}

describe('a condition', () => {
  it('may be nested as deep as anybody writes it', () => {
    expect(checkWorkflow(workflow(nested(64)))).toMatchObject({ workflowName: 'w' });
    expect(fires(nested(64), [status('a', 'FINISHED')])).toEqual([true]);
  });

  it.each([65, 100_000])('is refused when it is nested %i deep', (depth) => {
    expect(errorOf(() => checkWorkflow(workflow(nested(depth))), 'workflow.invalid').message).toContain(
      'rule 1',
    );
    const drawn = (): unknown =>
      defineWorkflow('w', (sketch) => {
        sketch
          .job('a', (block) => void block.node({ jobType: 't', kind: 'K', params: {} }))
          .startWhen(nested(depth));
      });
    errorOf(drawn, 'define.invalid_rule');
    for (const group of [all, any]) errorOf(() => group(nested(depth)), 'define.condition_too_large');
  });

  it('is refused when it holds itself', () => {
    const of: unknown[] = [leaf];
    of.push({ kind: 'any', of }, { kind: 'any', of });
    expect(errorOf(() => checkWorkflow(workflow({ kind: 'any', of })), 'workflow.invalid').message).toContain(
      'rule 1',
    );
  });

  it('is refused when it holds the same parts again and again, so that they have no end', () => {
    const grow = (): void => {
      for (let condition = leaf; ; condition = all(condition, condition));
    };
    expect(errorOf(grow, 'define.condition_too_large').message).toContain('1000000 parts');
  });

  it('may be about very many jobs', () => {
    const wide = all(...Array.from({ length: 100_000 }, (_, at) => finished(job(`job-${at}`))));
    expect(checkWorkflow(workflow(wide))).toMatchObject({ workflowName: 'w' });
  });
});
