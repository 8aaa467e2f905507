import type { JobSettings } from '../compile/config.ts';
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { isName } from '../names.ts';

/**
 * What a file says of its jobs although something in it is wrong: which there are, by which plugin they are to run, and
 * their properties. So that what else is wrong is found as well; nothing may run by it.
 */
export function roughJobs(file: JsonObject, jobNames: readonly string[]): Map<string, JobSettings> {
  return new Map(jobNames.map((jobName) => [jobName, roughJob(file[jobName] ?? null)]));
}

function roughJob(job: Json): JobSettings {
  if (!isJsonObject(job)) return { jobType: null, properties: {}, config: {} };
  const { properties = null } = job;
  const [jobType, platform, engine] = ['job_type', 'platform', 'engine'].map((key) => nameAt(job, key));
  return {
    jobType: jobType ?? null,
    properties: isJsonObject(properties) ? properties : {},
    config: { ...(platform !== undefined && { platform }), ...(engine !== undefined && { engine }) },
  };
}

function nameAt(job: JsonObject, key: string): string | undefined {
  const value = job[key];
  return typeof value === 'string' && isName(value) ? value : undefined;
}
