import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Job, JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError, errorCode, isAIFlowError, messageOf } from '@aiflow/core';
import { jobsOf } from './cluster.ts';
import { configurationOf } from './configuration.ts';
import { refused, unreachable } from './http.ts';
import { flinkJobId, marker } from './ids.ts';
import { JobManager } from './job-manager.ts';
import type { FlinkSettings } from './options.ts';
import { readProperties } from './options.ts';
import type { FlinkPlan } from './plan.ts';
import { planOf } from './plan.ts';
import { submissionRecord } from './records.ts';
import { savepointToStartFrom } from './savepoints.ts';
import type { Submission } from './submission.ts';
import { substitute } from './variables.ts';

type JavaPlan = Extract<FlinkPlan, { readonly kind: 'java' }>;

/**
 * A jar through the JobManager's REST interface. The job's id is known before the call, so a call whose answer nobody
 * heard is made again: of two with one id the JobManager takes one, as long as it lives or is highly available.
 */
export const javaSubmission: Submission = {
  async submit(job, env) {
    const { plan, settings, jobManager } = factsOf(job);
    const path = await mainJar(plan, env);
    await submissionRecord.write(env, { step: 'preparing' });
    const name = `${marker(env.attemptId)}-${basename(plan.mainJarFile)}`;
    const jar = await jobManager.uploadJar(path, name);
    await submissionRecord.write(env, { step: 'submitting', jar });
    await runJar(jobManager, { jar, plan, settings, job }, env);
  },
  async find(job, env) {
    const record = await submissionRecord.read(env);
    if (record === null || record.step === 'refused') return false;
    if (record.step === 'submitted') return true;
    const { plan, settings, jobManager } = factsOf(job);
    if (record.jar === undefined || record.step === 'preparing') {
      await removeJars(jobManager, env).catch(leave);
      return false;
    }
    if ((await jobsOf(jobManager, env)).length === 0) {
      // A JobManager that was started anew has no such jar: then it says no, and how the job ended is not known.
      if (!(await jobManager.jarsNamed(marker(env.attemptId))).includes(record.jar)) return true;
      await runJar(jobManager, { jar: record.jar, plan, settings, job }, env);
      return (await submissionRecord.read(env))?.step === 'submitted';
    }
    await submissionRecord.write(env, { ...record, step: 'submitted' });
    return true;
  },
  async look() {
    return { kind: 'done', jobs: null, values: {}, cut: [] };
  },
  async end() {
    return { settleMs: 0 };
  },
  async cleanup({ jobmanager }, env) {
    if (jobmanager !== null) await removeJars(new JobManager(jobmanager), env);
  },
};

/** A jar that nobody runs does no harm; a JobManager that is not there has none. */
function leave(error: unknown): void {
  if (!isAIFlowError(error, unreachable)) throw error;
}

async function removeJars(jobManager: JobManager, env: JobRuntimeEnv): Promise<void> {
  for (const id of await jobManager.jarsNamed(marker(env.attemptId))) await jobManager.deleteJar(id);
}

interface JavaRun {
  readonly jar: string;
  readonly plan: JavaPlan;
  readonly settings: FlinkSettings;
  readonly job: Job;
}

async function runJar(
  jobManager: JobManager,
  { jar, plan, settings, job }: JavaRun,
  env: JobRuntimeEnv,
): Promise<void> {
  try {
    await jobManager.runJar(jar, {
      jobId: flinkJobId(env.attemptId, 0),
      entryClass: plan.entryClass,
      args: plan.args.map(
        (argument) => substitute(argument, 'an argument of the program', settings, env).text,
      ),
      parallelism: settings.parallelism ?? null,
      savepoint: await savepointToStartFrom(settings, env),
      allowNonRestoredState: settings.allow_non_restored_state,
      configuration: configurationOf(job, env, { isTable: false }),
    });
  } catch (error) {
    if (!isAIFlowError(error, refused)) throw error;
    // It may have begun and then failed, or be there already under this id.
    if ((await jobsOf(jobManager, env)).length === 0) {
      await submissionRecord.write(env, { step: 'refused', jar });
      await removeJars(jobManager, env);
      throw new AIFlowError('flink.submit_failed', messageOf(error), {
        context: error.context,
        cause: error,
      });
    }
    env.logger.warn(`job "${env.jobName}" runs on Flink although its program failed: ${messageOf(error)}`);
  }
  await submissionRecord.write(env, { step: 'submitted', jar });
}

function factsOf(job: Job): { plan: JavaPlan; settings: FlinkSettings; jobManager: JobManager } {
  const [plan, settings] = [planOf(job), readProperties(job.config.properties)];
  if (plan.kind !== 'java' || settings.jobmanager === undefined)
    throw new TypeError('not a jar for a JobManager');
  return { plan, settings, jobManager: new JobManager(settings.jobmanager) };
}

/** Where the jar of a plan lies. Throws `flink.jar_not_found` when it does not. */
export async function mainJar({ mainJarFile }: JavaPlan, env: JobRuntimeEnv): Promise<string> {
  const path = join(env.projectDir, 'dependencies', 'jar', ...mainJarFile.split('/'));
  try {
    await access(path);
    return path;
  } catch (cause) {
    const message = `there is no jar dependencies/jar/${mainJarFile} in the project: put it there, or correct mainJarFile`;
    throw new AIFlowError('flink.jar_not_found', message, {
      context: { mainJarFile, systemCode: errorCode(cause) },
      cause,
    });
  }
}
