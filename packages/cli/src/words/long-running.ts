import type { Workflow } from '@aiflow/core';
import { isLongRunning, waitsForEvents } from '@aiflow/core';

/** Why an execution of a workflow has no end of its own, as a sentence; null for one that has. */
export function spellLongRunning(workflow: Workflow): string | null {
  if (!isLongRunning(workflow)) return null;
  const timed = workflow.jobs.filter(({ config }) => (config.schedules ?? []).length > 0);
  const waiting = workflow.rules.filter(
    ({ action, condition }) => (action === 'START' || action === 'RESTART') && waitsForEvents(condition),
  );
  const reasons = [
    ...names(
      timed.map(({ config }) => config.jobName),
      ['comes', 'come'],
      'round by time',
    ),
    ...names(
      waiting.map(({ jobName }) => jobName),
      ['waits', 'wait'],
      'for events',
    ),
  ];
  return `${workflow.workflowName} runs until Ctrl-C: ${reasons.join(', and ')}`;
}

const shown = 3;

function names(jobNames: readonly string[], [one, many]: readonly [string, string], what: string): string[] {
  const all = [...new Set(jobNames)];
  if (all.length === 0) return [];
  const more = all.length > shown ? ` and ${all.length - shown} more` : '';
  return [`${all.slice(0, shown).join(', ')}${more} ${all.length === 1 ? one : many} ${what}`];
}
