import type { AIGraph, JobBuilder, Processor, WorkflowBuilder } from '../../src/index.ts';
import { defineWorkflow, isAIFlowError } from '../../src/index.ts';
import { thrownBy } from '../thrown.ts';

/** A processor of no real plugin. */
export function step(text = 'step'): Processor<'fake', { readonly text: string }> {
  return { jobType: 'fake', kind: 'step', params: { text } };
}

export const oneStep = (job: JobBuilder): void => void job.node(step());

/** A workflow of these jobs with one node each, and then what `more` draws. */
export function draw(
  jobNames: readonly string[],
  more: (workflow: WorkflowBuilder) => void = () => undefined,
): AIGraph {
  return defineWorkflow('drawn', (workflow) => {
    for (const jobName of jobNames) workflow.job(jobName, oneStep);
    more(workflow);
  });
}

/** The code of what `action` throws, or the thrown thing itself when it has none. */
export function codeOf(action: () => unknown): unknown {
  const thrown = thrownBy(action);
  return isAIFlowError(thrown) && !thrown.message.includes('\n') ? thrown.code : thrown;
}
