import { count } from '../words/policy.ts';
import { printableLine } from './printable.ts';
import type { WorkflowFacts } from './workflow-facts.ts';

/** The sentences of a workflow and its jobs, each below what it is about. */
export function factsText({ projectName, workflowName, says, jobs }: WorkflowFacts): string {
  const types = [...new Set(jobs.map(({ jobType }) => jobType))].join(', ');
  const lines = [
    `workflow ${workflowName} of project ${projectName}: ${count(jobs.length, 'job')} (${types})`,
    ...indented(says),
    ...jobs.flatMap((job) => ['', `${job.jobName}  (${job.jobType})`, ...indented(job.says)]),
  ];
  return `${lines.map(printableLine).join('\n')}\n`;
}

function indented(says: readonly string[]): string[] {
  return says.map((sentence) => `  ${sentence}`);
}
