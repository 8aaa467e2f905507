import type { Condition, JobRule, Status } from '@aiflow/core';
import * as fc from 'fast-check';

export interface Graph {
  readonly jobs: readonly string[];
  readonly rules: readonly JobRule[];
}

const statuses: readonly Status[] = ['INIT', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'];

function conditionOf(jobs: readonly string[], depth: number = 2): fc.Arbitrary<Condition> {
  const leaf = fc.record({
    kind: fc.constant('job_status' as const),
    jobName: fc.constantFrom(...jobs),
    status: fc.constantFrom(...statuses),
  });
  if (depth === 0) return leaf;
  const of = fc.array(conditionOf(jobs, depth - 1), { minLength: 1, maxLength: 3 });
  const group = (kind: 'all' | 'any'): fc.Arbitrary<Condition> => of.map((parts) => ({ kind, of: parts }));
  return fc.oneof({ weight: 3, arbitrary: leaf }, group('all'), group('any'));
}

/** Jobs with rules of every kind between them, sensible or not. */
export const graph: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: 6 }).chain((count) => {
  const jobs = Array.from({ length: count }, (_, index) => `job_${index}`);
  const rule = fc.record({
    jobName: fc.constantFrom(...jobs),
    action: fc.constantFrom<JobRule['action']>('START', 'START', 'STOP', 'RESTART', 'NONE'),
    condition: conditionOf(jobs),
  });
  return fc.record({ jobs: fc.constant(jobs), rules: fc.array(rule, { maxLength: 8 }) });
});
