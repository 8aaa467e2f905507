import { existsSync } from 'node:fs';
import type { JobSettings, WorkflowSettings } from '../compile/config.ts';
import { noSettings } from '../compile/config.ts';
import type { WorkflowLimits } from '../define/graph.ts';
import type { JobPolicy } from '../define/job-policy.ts';
import { jobPolicy } from '../define/job-policy.ts';
import type { ExecMode, RetrySpec } from '../define/policy.ts';
import type { Problem } from '../errors.ts';
import { AIFlowError, errorCode, isAIFlowError, messageOf, problemsError } from '../errors.ts';
import type { Json } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { isName, nameRule } from '../names.ts';
import { nearest } from '../plugin/nearest.ts';
import { settingsFile } from './layout.ts';
import { findProblems, readConfigText } from './read-config.ts';
import type { Report } from './report.ts';
import { roughJobs } from './rough-settings.ts';
import type { JobKeys, RetryKeys } from './schemas/job.ts';
import type { Maybe } from './schemas/parts.ts';
import type { WorkflowKeys } from './schemas/workflow.ts';
import { parseYaml } from './yaml.ts';

/**
 * What the YAML beside a workflow's definition says; without one, nothing. Throws `config.invalid` with every
 * problem at once.
 */
export async function readSettings(projectDir: string, workflowName: string): Promise<WorkflowSettings> {
  return soundSettings(await findSettings(projectDir, workflowName));
}

/** As {@link readSettings}, of a text; `path` is what problems name. */
export async function parseSettings(
  text: string,
  path: string,
  workflowName: string,
): Promise<WorkflowSettings> {
  return soundSettings(await settingsIn(text, path, workflowName));
}

/** Settings, and what is wrong with them; where the schema refused them, only {@link roughJobs} of them. */
export interface FoundSettings {
  readonly settings: WorkflowSettings;
  readonly problems: readonly Problem[];
}

/** As {@link readSettings}, for those who find more problems. Throws for what is no YAML, and what cannot be read. */
export async function findSettings(projectDir: string, workflowName: string): Promise<FoundSettings> {
  const path = settingsFile(projectDir, workflowName);
  const text = readIfThere(path);
  return text === null ? { settings: noSettings, problems: [] } : settingsIn(text, path, workflowName);
}

function soundSettings({ settings, problems }: FoundSettings): WorkflowSettings {
  if (problems.length > 0) throw problemsError('config.invalid', problems);
  return settings;
}

async function settingsIn(text: string, path: string, workflowName: string): Promise<FoundSettings> {
  const { jobKeys, workflowFileSchema, workflowKeyNames } = await import('./schemas/workflow.ts');
  const { schedulesOf } = await import('./schemas/periodic.ts');
  const file = await parseYaml(text, path);
  const jobNames = Object.keys(file.value).filter((key) => !workflowKeyNames.includes(key));
  const misspelt = new Set<string>();
  const { keys, problems } = await findProblems(file, workflowFileSchema, (given, report) => {
    for (const jobName of jobNames) {
      const job = file.value[jobName] ?? null;
      if (given === null && reportMisspelt(jobName, job, workflowKeyNames, report)) misspelt.add(jobName);
      else checkJobName(jobName, job, report);
    }
    const said = file.value['workflow_name'];
    if (typeof said !== 'string' || said === workflowName) return;
    const message = `"workflow_name" is that of another workflow: write "${workflowName}", or leave it out`;
    report(['workflow_name'], message);
  });
  const { locate } = file;
  if (keys === null) {
    const rough = roughJobs(
      file.value,
      jobNames.filter((jobName) => !misspelt.has(jobName)),
    );
    return { settings: { ...noSettings, jobs: rough, locate }, problems };
  }
  const jobs = new Map<string, JobSettings>();
  for (const jobName of jobNames) {
    const job = jobKeys(keys, jobName);
    const schedules = schedulesOf(job.periodic_config);
    jobs.set(jobName, {
      jobType: job.job_type ?? null,
      properties: job.properties ?? {},
      config: { ...policyOf(job, jobName), ...(schedules !== null && { schedules }) },
    });
  }
  const settings: WorkflowSettings = {
    properties: keys.properties ?? {},
    jobs,
    schedules: schedulesOf(keys.periodic_config),
    limits: limitsOf(keys),
    dependencies: keys.dependencies ?? {},
    locate,
  };
  return { settings, problems };
}

/**
 * A key that is nearly one of the workflow's own, and holds what no job would, was meant to be that. Whether it is such.
 */
function reportMisspelt(key: string, value: Json, known: readonly string[], report: Report): boolean {
  const near = nearest(key, known);
  const isJob = value === null || (isJsonObject(value) && 'job_type' in value);
  if (near === null || isJob) return false;
  report([key], `"${key}" is taken for a job: did you mean "${near}"?`);
  return true;
}

function checkJobName(jobName: string, job: Json, report: Report): void {
  if (!isName(jobName)) report([jobName], `"${jobName}" is taken for a job, whose name must be ${nameRule}`);
  const said = isJsonObject(job) ? job['job_name'] : undefined;
  if (typeof said !== 'string' || said === jobName) return;
  report([jobName, 'job_name'], `"${jobName}.job_name" is another name: write "${jobName}", or leave it out`);
}

/** What is not said is absent. The schema has passed it, so that nothing is thrown here. */
function policyOf(job: JobKeys, jobName: string): JobPolicy {
  const { platform, engine, timeout, pool } = job;
  return jobPolicy(
    withoutNothing({
      platform,
      engine,
      timeout,
      pool,
      execMode: job.exec_mode?.toUpperCase() as ExecMode | undefined,
      retry: retryOf(job.retry),
      poolSlots: job.pool_slots,
      runCondition: job.run_condition,
      labelInterval: job.job_label_report_interval,
    }),
    `job "${jobName}"`,
  );
}

function retryOf(retry: Maybe<number | RetryKeys>): Maybe<RetrySpec> {
  if (typeof retry !== 'object' || retry === null) return retry;
  const { limit, delay, backoff, jitter, max_delay: maxDelay } = retry;
  return { limit, ...withoutNothing({ delay, backoff, jitter, maxDelay }) };
}

function limitsOf({ workflow }: WorkflowKeys): WorkflowLimits {
  return withoutNothing({
    jobs: workflow?.max_running_jobs,
    executions: workflow?.max_running_executions,
  });
}

type Present<T> = { readonly [Key in keyof T]?: Exclude<T[Key], null | undefined> };

/** The members that hold something: a key with nothing behind it counts as left out. */
function withoutNothing<T extends object>(members: T): Present<T> {
  const present = Object.entries(members).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(present) as Present<T>;
}

function readIfThere(path: string): string | null {
  try {
    return readConfigText(path);
  } catch (error) {
    if (isAIFlowError(error)) throw error;
    if (errorCode(error) !== 'ENOENT') {
      throw new AIFlowError('config.unreadable', `cannot read ${path}: ${messageOf(error)}`, {
        context: { path },
        cause: error,
      });
    }
    refuseOtherEnding(path);
    return null;
  }
}

/** A file that people would expect to be read, and that is not, is an error rather than a silence. */
function refuseOtherEnding(path: string): void {
  const other = path.replace(/yaml$/, 'yml');
  if (!existsSync(other)) return;
  throw new AIFlowError('config.unreadable', `${other} is not read: rename it to end in .yaml`, {
    context: { path: other },
  });
}
