import { existsSync, readFileSync } from 'node:fs';
import type { JobSettings, WorkflowSettings } from '../compile/config.ts';
import { noSettings } from '../compile/config.ts';
import type { Problem } from '../errors.ts';
import { AIFlowError, errorCode, messageOf, problemsError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { settingsFile } from './layout.ts';
import type { Report } from './report.ts';
import { reportUnknown } from './report.ts';
import { parseYaml } from './yaml.ts';

/** Keys of AIFlow's that are not jobs, and that nothing here reads: silence would look like consent. */
const notYet = ['dependencies', 'periodic_config'];
const jobKeys = ['job_type', 'properties'];

/**
 * What the YAML beside a workflow's definition says; without one, nothing. Throws `config.invalid` with every
 * problem at once.
 */
export async function readSettings(projectDir: string, workflowName: string): Promise<WorkflowSettings> {
  const path = settingsFile(projectDir, workflowName);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      refuseOtherEnding(path);
      return noSettings;
    }
    throw new AIFlowError('config.unreadable', `cannot read ${path}: ${messageOf(error)}`, {
      context: { path },
      cause: error,
    });
  }
  const file = await parseYaml(text, path);
  const problems: Problem[] = [];
  const report: Report = (path, message) => {
    problems.push({ ...file.locate(path), key: path.join('.'), message });
  };
  const mapping = (path: readonly string[], value: unknown): JsonObject => {
    if (value === undefined || value === null) return {};
    if (isJsonObject(value)) return value;
    report(
      path,
      `"${path.join('.')}" must be a mapping of keys to values, not ${Array.isArray(value) ? 'a list' : 'a single value'}`,
    );
    return {};
  };
  const jobs = new Map<string, JobSettings>();
  for (const [jobName, value] of Object.entries(file.value)) {
    if (jobName === 'properties') continue;
    if (notYet.includes(jobName)) {
      report([jobName], `"${jobName}" has no effect yet: take it out, or start the workflow by hand`);
      continue;
    }
    const settings = mapping([jobName], value);
    reportUnknown(settings, jobKeys, [jobName], report);
    const jobType = settings['job_type'] ?? null;
    if (jobType !== null && typeof jobType !== 'string')
      report([jobName, 'job_type'], `"${jobName}.job_type" must be the name of a job type, such as bash`);
    jobs.set(jobName, {
      jobType: typeof jobType === 'string' ? jobType : null,
      properties: mapping([jobName, 'properties'], settings['properties']),
      config: {},
    });
  }
  const properties = mapping(['properties'], file.value['properties']);
  if (problems.length > 0) throw problemsError('config.invalid', problems);
  return { properties, jobs, schedules: null, limits: {}, dependencies: {}, locate: file.locate };
}

/** A file that people would expect to be read, and that is not, is an error rather than a silence. */
function refuseOtherEnding(path: string): void {
  const other = path.replace(/yaml$/, 'yml');
  if (!existsSync(other)) return;
  throw new AIFlowError('config.unreadable', `${other} is not read: rename it to end in .yaml`, {
    context: { path: other },
  });
}
