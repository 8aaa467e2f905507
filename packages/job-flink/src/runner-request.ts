import { join } from 'node:path';
import type { Job, JobResultError, JobRuntimeEnv, Json, JsonObject } from '@aiflow/core';
import { AIFlowError, isJsonObject } from '@aiflow/core';
import { configurationOf, savepointConfiguration } from './configuration.ts';
import { flinkJobId, jobIdOption } from './ids.ts';
import { objects, textOf } from './json-parts.ts';
import { readProperties } from './options.ts';
import { planOf } from './plan.ts';
import { jarConfiguration } from './project-jars.ts';
import { readJson, writeJson } from './records.ts';
import { savepointToStartFrom } from './savepoints.ts';
import type { ResolvedStatement } from './sql-script.ts';
import { readScript } from './sql-script.ts';

/** The variable that holds the values of secrets; `python/aiflow_flink/_run/job.py` takes it away. */
export const secretsVariable = 'AIFLOW_FLINK_SECRETS';

/** How many jobs of one program get an id that we choose. */
const idsGiven = 16;

export interface RunnerRequest {
  /** The file with all but the secrets. */
  readonly path: string;
  /** Flink's configuration without what holds a secret. */
  readonly openConfiguration: Readonly<Record<string, string>>;
  /** The JSON of what holds a secret; null when nothing does. */
  readonly secrets: string | null;
}

/** Writes what the runner is to do, and gives apart what may stand in no file. */
export async function writeRequest(job: Job, env: JobRuntimeEnv): Promise<RunnerRequest> {
  const [plan, settings] = [planOf(job), readProperties(job.config.properties)];
  const isLocal = settings.jobmanager === undefined && settings.flink_run_args === undefined;
  const resolved = { ...jarConfiguration(env), ...configurationOf(job, env, { isTable: true }) };
  const { open, secret } = sorted(resolved, settings.flink_conf);
  const statements: Record<string, readonly JsonObject[]> = {};
  const nodes: JsonObject[] = [];
  for (const node of plan.kind === 'tables' ? plan.nodes : []) {
    if (node.kind === 'python') nodes.push(node);
    else {
      const script = await readScript(node.id, node.script, settings, env);
      const isSecret = script.some((each) => each.isSecret);
      if (isSecret) statements[node.id] = script.map(plain);
      const open = script.map((each) => (each.isSecret ? { ...plain(each), sql: each.shown } : plain(each)));
      nodes.push({ id: node.id, kind: 'sql', outputs: node.outputs, inputs: [], statements: open });
    }
  }
  const savepoint = await savepointToStartFrom(settings, env);
  const configuration = {
    ...open,
    ...savepointConfiguration(savepoint, settings.allow_non_restored_state),
    ...(isLocal ? {} : { [jobIdOption]: flinkJobId(env.attemptId, 0) }),
  };
  const path = join(env.stateDir, 'flink-request.json');
  await writeJson(path, {
    nodes,
    configuration,
    is_local: isLocal,
    waits: settings.jobmanager === undefined,
    job_ids: isLocal ? [] : Array.from({ length: idsGiven }, (_, index) => flinkJobId(env.attemptId, index)),
    result_rows: settings.result_rows,
    result_file: resultFile(env),
    cut_file: cutFile(env),
    facts: factsOf(job, env),
  });
  const isSecret = Object.keys(secret).length > 0 || Object.keys(statements).length > 0;
  return {
    path,
    openConfiguration: open,
    secrets: isSecret ? JSON.stringify({ configuration: secret, statements }) : null,
  };
}

function plain({ kind, sql, line, shown }: ResolvedStatement): JsonObject {
  return { kind, sql, line, shown };
}

/** What of a configuration may be seen, and what holds a secret: it differs from what the project says. */
export function sorted(
  resolved: Readonly<Record<string, string>>,
  said: Readonly<Record<string, string>>,
): { readonly open: Record<string, string>; readonly secret: Record<string, string> } {
  const [open, secret]: Record<string, string>[] = [{}, {}];
  for (const [key, value] of Object.entries(resolved)) {
    const isSecret = key in said && said[key] !== value;
    Object.assign((isSecret ? secret : open) ?? {}, { [key]: value });
  }
  return { open: open ?? {}, secret: secret ?? {} };
}

function factsOf(job: Job, env: JobRuntimeEnv): JsonObject {
  return {
    project_name: env.projectName,
    workflow_name: env.workflowName,
    job_name: env.jobName,
    exec_mode: job.config.execMode ?? 'BATCH',
    workflow_execution_id: env.workflowExecutionId,
    attempt_id: env.attemptId,
    attempt_number: env.attemptNumber,
    execution_context: env.context,
    parameters: env.parameters,
    project_dir: env.projectDir,
    working_dir: env.workingDir,
    execution_dir: env.executionDir,
    outbox_dir: env.outboxDir,
  };
}

function resultFile(env: JobRuntimeEnv): string {
  return join(env.stateDir, 'flink-runner-result.json');
}

function cutFile(env: JobRuntimeEnv): string {
  return join(env.stateDir, 'flink-runner-cut.json');
}

/** The ids of the SELECTs that the runner has ended, or is about to, because enough of their rows were there. */
export async function readCut(env: JobRuntimeEnv): Promise<readonly string[]> {
  const found = await readJson(cutFile(env));
  return Array.isArray(found) ? found.map(textOf) : [];
}

export interface RunnerResult {
  readonly status: 'FINISHED' | 'FAILED';
  readonly values: Readonly<Record<string, Json>>;
  readonly error: JobResultError | null;
  /** How many jobs it has submitted. */
  readonly jobs: number;
  /** Those of the jobs that it waited for, as texts. */
  readonly accumulators: Readonly<Record<string, string>>;
}

/** What the runner left; null when it wrote nothing. Throws `flink.record_unreadable` for anything else. */
export async function readRunnerResult(env: JobRuntimeEnv): Promise<RunnerResult | null> {
  const path = resultFile(env);
  const found = await readJson(path);
  if (found === null) return null;
  const { status, values, error, jobs, accumulators = {} } = isJsonObject(found) ? found : {};
  if ((status !== 'FINISHED' && status !== 'FAILED') || !isJsonObject(values) || typeof jobs !== 'number') {
    throw new AIFlowError(
      'flink.record_unreadable',
      `expected a runner's result in ${path}, found something else`,
    );
  }
  const [said] = objects(error === undefined ? [] : [error]);
  const problem =
    said === undefined
      ? null
      : {
          code: textOf(said['code']),
          message: textOf(said['message']),
          context: isJsonObject(said['context']) ? said['context'] : {},
        };
  const texts = Object.entries(isJsonObject(accumulators) ? accumulators : {});
  return {
    status,
    values,
    error: problem,
    jobs,
    accumulators: Object.fromEntries(texts.map(([name, value]) => [name, textOf(value)])),
  };
}
