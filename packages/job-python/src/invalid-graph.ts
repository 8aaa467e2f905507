import { AIFlowError } from '@aiflow/core';

/** What the generator throws for a sub-graph that no Python job can be made from. */
export function invalidGraph(jobName: string, reason: string): AIFlowError {
  return new AIFlowError('job.invalid_graph', `python job "${jobName}" cannot run: ${reason}`, { context: { jobName } });
}
