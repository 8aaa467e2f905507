import type { AISubGraph } from '../define/graph.ts';
import { AIFlowError } from '../errors.ts';
import { findNonJson, isJsonObject } from '../json.ts';
import { completeJob } from './complete-job.ts';
import type { Job } from './workflow.ts';

/** Finds a path in JSON, and not where it is only a part of another one's name. */
export function namesPath(path: string): RegExp {
  const escaped = JSON.stringify(path)
    .slice(1, -1)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w./-])${escaped}(?![\w.-])`);
}

/**
 * Holds what a generator gave against its contract: another plugin's mistake should not be found while a job runs.
 * `places` find the paths that it must not hold.
 */
export function checkJob(job: Job | undefined, subGraph: AISubGraph, places: readonly RegExp[]): Job {
  const { config } = subGraph;
  const refuse = (what: string): AIFlowError =>
    new AIFlowError(
      'compile.not_plain',
      `the ${config.jobType} plugin made a job of "${config.jobName}" that ${what}`,
      {
        context: { jobName: config.jobName, jobType: config.jobType },
      },
    );
  if (
    !isJsonObject(job) ||
    !isJsonObject(job.config) ||
    !isJsonObject(job.config.properties) ||
    job.plan === undefined
  ) {
    throw refuse('lacks its config or its plan');
  }
  const notPlain = findNonJson(job);
  if (notPlain !== null) throw refuse(`is not plain JSON at "${notPlain}"`);
  if (job.config.jobName !== config.jobName || job.config.jobType !== config.jobType) {
    throw refuse('belongs to another job');
  }
  const whole = completeJob(job, subGraph);
  const written = JSON.stringify(whole);
  if (places.some((place) => place.test(written))) {
    throw new AIFlowError(
      'compile.absolute_path',
      `job "${config.jobName}" names a directory of the project by its absolute path, and it will run from a copy ` +
        'elsewhere: write the path relative to the project, or use $AIFLOW_PROJECT_DIR in a command',
      { context: { jobName: config.jobName } },
    );
  }
  return whole;
}
