import type { RuleState } from '@aiflow/core';
import { applyStatusChange, finished, all } from '@aiflow/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RuleProgress } from '../src/live/rule-progress.ts';
import { indexVersion } from '../src/live/workflow-version.ts';
import { conditionOf } from './arbitraries.ts';
import { job, rule, workflowOf } from './workflow.ts';

const jobs = ['a', 'b', 'c'];

test('a rule is worth asking exactly when it fires', () => {
  const change = fc.record({
    jobName: fc.constantFrom(...jobs),
    status: fc.constantFrom('INIT', 'RUNNING', 'FINISHED', 'FAILED', 'KILLED'),
  });
  fc.assert(
    fc.property(conditionOf(jobs, 3), fc.array(change, { maxLength: 40 }), (condition, changes) => {
      const asked = rule('a', 'START', condition);
      const indexed = index(asked);
      if (indexed.groups === null) return; // one comparison: there is no progress to follow
      let state: RuleState = {};
      let progress = new RuleProgress(indexed);
      for (const each of changes) {
        if (!indexed.leaves.has(each.jobName)) continue;
        const outcome = applyStatusChange(asked, state, each);
        progress.see(each.jobName, each.status);
        expect(progress.isMet).toBe(outcome.action !== null);
        state = outcome.state;
        if (progress.isMet) progress = new RuleProgress(indexed);
      }
    }),
    { numRuns: 2000 },
  );
});

test('only what changes an answer is written down', () => {
  const progress = new RuleProgress(index(rule('a', 'START', all(finished(job('b')), finished(job('c'))))));
  expect(progress.see('b', 'RUNNING')).toBeNull();
  expect(progress.see('b', 'FINISHED')).toBe('put');
  expect(progress.see('b', 'FINISHED')).toBeNull();
  expect(progress.state).toEqual({ b: 'FINISHED' });
  expect(progress.see('b', 'INIT')).toBe('forget');
  expect(progress.state).toEqual({});
});

function index(asked: ReturnType<typeof rule>): ReturnType<typeof indexVersion>['rules'][number] {
  const version = indexVersion({
    version_id: 1,
    project_name: 'p',
    workflow_name: 'w',
    snapshot_id: '',
    snapshot_uri: '',
    workflow: JSON.stringify(workflowOf('w', jobs, [asked])),
  });
  const [indexed] = version.rules;
  if (indexed === undefined) throw new Error('the workflow has a rule');
  return indexed;
}
