import type { AINode, AISubGraph, Operation } from '../define/graph.ts';
import type { Dataset } from '../define/resources.ts';
import type { Job } from './workflow.ts';

/**
 * A job together with what the graph says of it, whatever its generator took over: its configuration, in which the
 * properties are the generator's to complete, and the datasets that its nodes read and write.
 */
export function completeJob(job: Job, { config, nodes }: AISubGraph): Job {
  const inputDatasets = datasetsOf(nodes, 'read_dataset');
  const outputDatasets = datasetsOf(nodes, 'write_dataset');
  const isWhole = job.config === config && inputDatasets === null && outputDatasets === null;
  if (isWhole) return job; // as most are of a large workflow
  return {
    ...job,
    config: { ...config, properties: job.config.properties },
    ...(inputDatasets && { inputDatasets }),
    ...(outputDatasets && { outputDatasets }),
  };
}

/** The datasets of the nodes of one operator, in order and each once; null when there are none. */
function datasetsOf(nodes: readonly AINode[], operation: Operation): readonly Dataset[] | null {
  let found: Map<string, Dataset> | null = null;
  for (const { operation: own, config } of nodes) {
    if (own !== operation || config.dataset === undefined) continue;
    found ??= new Map();
    found.set(config.dataset.name, config.dataset);
  }
  return found === null ? null : [...found.values()];
}
