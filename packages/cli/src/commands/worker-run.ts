import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Attempt, BlobManager, Job, JsonObject } from '@aiflow/core';
import {
  AIFlowError,
  checkName,
  generatedDirectory,
  isJsonObject,
  isSnapshotId,
  makeStateDirectory,
  messageOf,
  nearest,
  parseWorkflow,
  toWire,
  workflowFileName,
} from '@aiflow/core';
import type { Command, CommandCall } from '../command.ts';
import { projectOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { watchInterrupt } from '../interrupt.ts';
import { openBlob, openRunner, openSession } from '../session.ts';

export const workerRun: Command = {
  args: ['WORKFLOW', 'JOB'],
  options: {
    project: projectOption,
    snapshot: { summary: 'the id of the snapshot to run from', value: 'ID' },
    uri: { summary: 'where the snapshot is stored; found by its id when left out', value: 'URI' },
    execution: { summary: 'the id of the workflow execution', value: 'ID' },
    attempt: { summary: 'which attempt of the job it is', value: 'N', default: '1' },
    'attempt-id': { summary: 'the id of the attempt (made from the others when left out)', value: 'ID' },
    context: { summary: 'the context of the execution', value: 'TEXT', short: 'c' },
    parameters: {
      summary: 'the parameters of the execution, as a JSON object',
      value: 'JSON',
      default: '{}',
    },
  },
  details:
    'Prints the result as JSON. Called again for an attempt that was begun, it finds that one and starts no other. ' +
    'SIGINT and SIGTERM stop the job with all that it started.',
  execute: async (call) => {
    const interrupt = watchInterrupt();
    try {
      const session = await openSession(call.options['project'] ?? '.');
      makeStateDirectory(session.project.stateDir);
      const { manager } = await openBlob(session);
      const attempt = await readAttempt(call, session.project.projectName, manager);
      const runner = openRunner(session, manager);
      interrupt.signal.throwIfAborted();
      const run = (await runner.find(attempt)) ?? runner.start(attempt);
      const stopFailed = Promise.withResolvers<never>();
      const stop = (): void => void run.stop().catch(stopFailed.reject);
      interrupt.signal.addEventListener('abort', stop, { once: true });
      if (interrupt.signal.aborted) stop();
      const result = await Promise.race([run.result, stopFailed.promise]).finally(() => run.detach());
      process.stdout.write(
        `${JSON.stringify(toWire({ attemptId: attempt.attemptId, logDir: run.logDir, ...result }))}\n`,
      );
      if (interrupt.signal.aborted) return interrupt.exitCode();
      return result.status === 'FINISHED' ? exitCodes.ok : exitCodes.failed;
    } catch (error) {
      if (interrupt.signal.aborted && error === interrupt.signal.reason) return interrupt.exitCode();
      throw error;
    } finally {
      interrupt.release();
    }
  },
};

async function readAttempt(call: CommandCall, projectName: string, blob: BlobManager): Promise<Attempt> {
  const [workflowName = '', jobName = ''] = call.positionals;
  checkName('workflow', workflowName);
  checkName('job', jobName);
  const snapshotId = call.options['snapshot'] ?? '';
  if (!isSnapshotId(snapshotId))
    throw wrong('--snapshot must be the whole id of a snapshot (64 hexadecimal digits)');
  const execution = call.options['execution'];
  if (execution === undefined) throw wrong('--execution is missing: the id of the workflow execution');
  const attemptNumber = Number(call.options['attempt']);
  if (!Number.isInteger(attemptNumber) || attemptNumber < 1)
    throw wrong('--attempt must be a whole number from 1');
  const snapshotUri = call.options['uri'] ?? (await uriOf(blob, snapshotId));
  const projectDir = await blob.downloadProject(snapshotId, snapshotUri);
  return {
    attemptId: checkName(
      'attempt',
      call.options['attempt-id'] ?? `${execution}.${jobName}.${attemptNumber}`.slice(-128),
    ),
    attemptNumber,
    workflowExecutionId: checkName('execution', execution),
    projectName,
    workflowName,
    snapshotId,
    snapshotUri,
    job: readJob(projectDir, workflowName, jobName),
    context: call.options['context'] ?? null,
    parameters: parseParameters(call.options['parameters'] ?? '{}'),
  };
}

async function uriOf(blob: BlobManager, snapshotId: string): Promise<string> {
  const found = (await blob.listSnapshots()).find((snapshot) => snapshot.snapshotId === snapshotId);
  if (found === undefined) throw wrong(`the store has no snapshot ${snapshotId}`);
  return found.uri;
}

function readJob(projectDir: string, workflowName: string, jobName: string): Job {
  const path = join(projectDir, generatedDirectory, workflowName, workflowFileName);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw wrong(`the snapshot holds no compiled workflow "${workflowName}": ${messageOf(error)}`);
  }
  const { jobs } = parseWorkflow(text);
  const names = jobs.map((job) => job.config.jobName);
  const found = jobs.find((job) => job.config.jobName === jobName);
  if (found !== undefined) return found;
  const suggestion = nearest(jobName, names);
  throw wrong(
    `workflow "${workflowName}" has no job "${jobName}"${suggestion === null ? '' : `: did you mean "${suggestion}"?`}`,
  );
}

function parseParameters(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong(`--parameters must be a JSON object: ${messageOf(error)}`);
  }
  if (!isJsonObject(value)) throw wrong('--parameters must be a JSON object, such as {"rate": 0.1}');
  return value;
}

function wrong(message: string): AIFlowError {
  return new AIFlowError('cli.invalid_option', message);
}
