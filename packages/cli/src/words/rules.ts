import type { JobAction, JobRule, Workflow, WorkflowAction } from '@aiflow/core';
import { waitsForEvents } from '@aiflow/core';
import { spellCondition } from './condition.ts';
import { spellExtractor } from './extractor.ts';

const jobVerbs: Readonly<Record<JobAction, string>> = {
  START: 'starts',
  STOP: 'stops',
  RESTART: 'restarts (if it runs, it is stopped first)',
  NONE: 'is left alone, whatever its next rules say,',
};

const workflowVerbs: Readonly<Record<WorkflowAction, string>> = {
  START: 'starts',
  STOP: 'stops those executions that the event belongs to',
  NONE: 'is left alone, whatever its next rules say,',
};

/** A sentence for each rule of a job, in the order in which they are asked. */
export function spellJobRules(rules: readonly JobRule[]): string[] {
  return rules.map(({ action, condition }) => `${jobVerbs[action]} when ${spellCondition(condition)}`);
}

/** A sentence for each rule of a workflow, and which of its executions an event belongs to when that matters. */
export function spellWorkflowRules({ rules, workflowRules, contextExtractor }: Workflow): string[] {
  const heeds = [...rules, ...workflowRules].some(({ condition }) => waitsForEvents(condition));
  return [
    ...workflowRules.map(
      ({ action, condition }) => `${workflowVerbs[action]} when ${spellCondition(condition)}`,
    ),
    ...(heeds || contextExtractor !== null ? [spellExtractor(contextExtractor)] : []),
  ];
}
