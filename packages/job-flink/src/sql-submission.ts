import type { Job, JobRuntimeEnv } from '@aiflow/core';
import { AIFlowError, isAIFlowError } from '@aiflow/core';
import { cancelJobs, jobsOf } from './cluster.ts';
import { configurationOf, savepointConfiguration } from './configuration.ts';
import { unreachable } from './http.ts';
import { flinkJobId, flinkJobName, jobIdOption, marker } from './ids.ts';
import { JobManager } from './job-manager.ts';
import { readProperties } from './options.ts';
import { planOf } from './plan.ts';
import { collectRows } from './query-rows.ts';
import type { QueryRecord, SubmissionRecord } from './records.ts';
import { submissionRecord } from './records.ts';
import { savepointToStartFrom } from './savepoints.ts';
import { SqlGateway } from './sql-gateway.ts';
import type { ResolvedStatement } from './sql-script.ts';
import { readScript } from './sql-script.ts';
import type { Submission } from './submission.ts';

/** How long a job whose session was closed while it was being submitted may take to come to light. */
const settleMs = 3000;

/**
 * SQL through the SQL gateway, in a session of the attempt. All that is not the statement set can be undone, so a
 * submission that was cut short before it has never begun; the set has an id that the JobManager takes once, so one that
 * was cut short in it is asked for again.
 */
export const sqlSubmission: Submission = {
  async submit(job, env) {
    const session = await openSession(job, env);
    try {
      await runScripts(session, job, env);
    } catch (error) {
      if (isAIFlowError(error, unreachable)) throw error; // what became of it is for `find` to tell
      if ((await submissionRecord.read(env))?.step !== 'submitted') await undo(session, env);
      throw error;
    }
  },
  async find(job, env) {
    const record = await submissionRecord.read(env);
    if (record === null || record.step === 'refused') return false;
    if (record.step === 'submitted') return true;
    const session = { ...addressesOf(job), handle: record.session ?? null };
    if (record.step === 'preparing') {
      await undo(session, env);
      return false;
    }
    return await goOn(session, record, job, env);
  },
  async look(data, env) {
    const record = await submissionRecord.read(env);
    const { jobs = 0, queries = [], session = '' } = record ?? {};
    const gateway = new SqlGateway(data.sql_gateway ?? '');
    return await collectRows({ gateway, session, queries, jobs, limit: data.result_rows }, env);
  },
  async end() {
    return { settleMs: 0 };
  },
  async cleanup({ sql_gateway }, env) {
    const session = (await submissionRecord.read(env))?.session;
    if (session !== undefined && sql_gateway !== null)
      await new SqlGateway(sql_gateway).closeSession(session);
  },
};

interface Session {
  readonly gateway: SqlGateway;
  readonly jobManager: JobManager;
  /** Null when it is not known whether there is one: the gateway ends it when nobody uses it. */
  readonly handle: string | null;
}

function addressesOf(job: Job): { readonly gateway: SqlGateway; readonly jobManager: JobManager } {
  const { sql_gateway = '', jobmanager = '' } = readProperties(job.config.properties);
  return { gateway: new SqlGateway(sql_gateway), jobManager: new JobManager(jobmanager) };
}

async function openSession(job: Job, env: JobRuntimeEnv): Promise<Session & { readonly handle: string }> {
  const { gateway, jobManager } = addressesOf(job);
  await submissionRecord.write(env, { step: 'preparing' });
  const { hostname, port, protocol } = new URL(jobManager.url);
  const handle = await gateway.openSession(marker(env.attemptId), {
    'execution.target': 'remote',
    'rest.address': hostname,
    'rest.port': port || (protocol === 'https:' ? '443' : '80'),
    ...configurationOf(job, env, { isTable: true }),
  });
  await submissionRecord.write(env, { step: 'preparing', session: handle });
  return { gateway, jobManager, handle };
}

interface PlacedStatement extends ResolvedStatement {
  readonly node: string;
}

async function statementsOf(job: Job, env: JobRuntimeEnv): Promise<readonly PlacedStatement[]> {
  const [plan, settings] = [planOf(job), readProperties(job.config.properties)];
  const found: PlacedStatement[] = [];
  for (const node of plan.kind === 'tables' ? plan.nodes : []) {
    if (node.kind !== 'sql') continue;
    for (const statement of await readScript(node.id, node.script, settings, env))
      found.push({ ...statement, node: node.id });
  }
  return found;
}

async function runScripts(
  session: Session & { readonly handle: string },
  job: Job,
  env: JobRuntimeEnv,
): Promise<void> {
  const queries: QueryRecord[] = [];
  const statements = await statementsOf(job, env);
  for (const [index, statement] of statements.entries()) {
    if (statement.kind === 'insert') continue;
    const jobId = flinkJobId(env.attemptId, index + 1);
    const operation = await execute(session, statement, { [jobIdOption]: jobId }, env);
    if (statement.kind === 'query') queries.push({ node: statement.node, operation, jobId });
  }
  const inserts = statements.filter(({ kind }) => kind === 'insert');
  const jobs = queries.length + (inserts.length > 0 ? 1 : 0);
  const record = { session: session.handle, queries, jobs };
  if (inserts.length > 0) {
    const instance = await session.jobManager.instance();
    await submissionRecord.write(env, { ...record, step: 'submitting', instance });
    await executeSet(session, inserts, job, env);
  }
  await submissionRecord.write(env, { ...record, step: 'submitted' });
  if (queries.length === 0) await session.gateway.closeSession(session.handle);
}

/** Executes a statement, and gives its operation. Throws `flink.sql_failed`, naming its node and line. */
async function execute(
  { gateway, handle }: Session & { readonly handle: string },
  { sql, shown, node, line }: PlacedStatement,
  configuration: Readonly<Record<string, string>>,
  env: JobRuntimeEnv,
): Promise<string> {
  const operation = await gateway.begin(handle, sql, configuration);
  for (let pause = 20; ; pause = Math.min(pause * 1.5, 500)) {
    const status = await gateway.status(handle, operation);
    if (status === 'FINISHED') return operation;
    if (!['INITIALIZED', 'PENDING', 'RUNNING'].includes(status)) {
      const { message, trace } = await gateway.failure(handle, operation);
      const begins = shown.replaceAll(/\s+/g, ' ').slice(0, 80);
      throw new AIFlowError('flink.sql_failed', `node "${node}", line ${line} (${begins}): ${message}`, {
        context: { node_id: node, line, reason: message, stack_trace: trace },
      });
    }
    await env.clock.sleep(pause);
  }
}

async function executeSet(
  session: Session & { readonly handle: string },
  inserts: readonly PlacedStatement[],
  job: Job,
  env: JobRuntimeEnv,
): Promise<void> {
  const settings = readProperties(job.config.properties);
  const [first] = inserts;
  if (first === undefined) return;
  const sql = `EXECUTE STATEMENT SET BEGIN\n${inserts.map((insert) => `${insert.sql};`).join('\n')}\nEND`;
  const configuration = {
    [jobIdOption]: flinkJobId(env.attemptId, 0),
    'pipeline.name': flinkJobName(env),
    ...savepointConfiguration(await savepointToStartFrom(settings, env), settings.allow_non_restored_state),
  };
  try {
    await execute(session, { ...first, sql }, configuration, env);
  } catch (error) {
    if (!isAIFlowError(error, 'flink.sql_failed') || !(await hasSet(session.jobManager, env))) throw error;
    // It is there under its id already: this is the second time that it was asked for.
  }
}

async function hasSet(jobManager: JobManager, env: JobRuntimeEnv): Promise<boolean> {
  const id = flinkJobId(env.attemptId, 0);
  return (await jobsOf(jobManager, env)).some(({ jid }) => jid === id);
}

/** Takes up a submission that was cut short in the statement set. */
async function goOn(
  session: Session,
  record: SubmissionRecord,
  job: Job,
  env: JobRuntimeEnv,
): Promise<boolean> {
  const { gateway, jobManager, handle } = session;
  const submitted = { ...record, step: 'submitted' } as const;
  if (!(await hasSet(jobManager, env))) {
    if (handle !== null && (await gateway.keepsSession(handle))) {
      const inserts = (await statementsOf(job, env)).filter(({ kind }) => kind === 'insert');
      try {
        await executeSet({ ...session, handle }, inserts, job, env);
      } catch (error) {
        if (isAIFlowError(error, unreachable)) throw error;
        await undo(session, env);
        return false;
      }
    } else {
      await env.clock.sleep(settleMs); // what the session was doing when it ended
      // Another JobManager may have had it, and done it: that is for the result to say, and not to be done again.
      const isSame = record.instance !== null && record.instance === (await jobManager.instance());
      if (isSame && !(await hasSet(jobManager, env))) {
        await undo(session, env);
        return false;
      }
    }
  }
  await submissionRecord.write(env, submitted);
  return true;
}

/** Ends what a submission began that is not to go on. */
async function undo({ gateway, jobManager, handle }: Session, env: JobRuntimeEnv): Promise<void> {
  if (handle !== null) {
    await gateway.closeSession(handle);
    await cancelJobs(jobManager, env, settleMs);
  }
  await submissionRecord.write(env, { step: 'refused' });
}
