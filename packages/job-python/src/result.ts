import type { JobResult, JobResultError, Json, JsonObject } from '@aiflow/core';
import { AIFlowError, isJsonObject } from '@aiflow/core';
import type { ProcessEnd } from '@aiflow/process';

/** What is left of a Python process that has ended. */
export interface Remains {
  readonly end: ProcessEnd;
  /** The content of the result file; null when Python wrote none. */
  readonly result: JobResult | null;
  /** What Python was at; null when it never came to our code. */
  readonly progress: Progress | null;
  /** The last lines of standard error. */
  readonly stderrTail: readonly string[];
}

export interface Progress {
  /** `loading`, `open()`, `process()` or `close()`. */
  readonly phase: string;
  readonly nodeId: string;
}

/** How the job ended. The result file says why; the process's own end says whether to believe that all went well. */
export function resultOf(remains: Remains): JobResult {
  const { end, result } = remains;
  const values = result?.values ?? {};
  const finished = result?.status === 'FINISHED';
  // What finished and then vanished, as when the machine goes down, has done all that it was to do.
  if (finished && (end.exitCode === 0 || end.outcome === 'lost'))
    return { status: 'FINISHED', values, error: null };
  if (end.outcome === 'stopped') return { status: 'KILLED', values, error: null };
  if (result?.status === 'FAILED') return { status: 'FAILED', values, error: result.error };
  return { status: 'FAILED', values, error: unexplained(remains) };
}

/** The error of a process that ended without saying why. */
function unexplained({ end, result, progress, stderrTail }: Remains): JobResultError {
  const { exitCode, signal } = end;
  const context: JsonObject = {
    node_id: progress?.nodeId ?? null,
    phase: progress?.phase ?? null,
    exit_code: exitCode,
    signal,
    stderr_tail: stderrTail,
  };
  const at = placeOf(result, progress);
  const last = (stderrTail.findLast((line) => line.trim() !== '') ?? '').trim().slice(0, 200);
  if (end.outcome === 'lost') {
    const message = `Python vanished ${at} and left no exit status: it was killed, or the machine restarted`;
    return { code: 'job.lost', message, context };
  }
  if (signal !== null) {
    return {
      code: 'python.signal',
      message: `Python was ended by ${signal} ${at}: ${hintFor(signal)}`,
      context,
    };
  }
  // As for a shell: 126 is a program that cannot be run, 127 one that is not there, such as a script's interpreter.
  if (progress === null && (exitCode === 126 || exitCode === 127)) {
    const message = `Python did not start: ${last}: ${executableAdvice}`;
    return { code: 'python.executable_not_found', message, context };
  }
  const silent = progress === null ? `: is it a Python? If not, ${executableAdvice}` : '';
  const said = last === '' ? silent : `; its last line in stderr: ${last}`;
  return { code: 'python.exit', message: `Python ended with exit code ${exitCode} ${at}${said}`, context };
}

function placeOf(result: JobResult | null, progress: Progress | null): string {
  if (result?.status === 'FINISHED') return 'after the last node';
  return progress === null ? 'before the first node' : `in ${progress.phase} of node "${progress.nodeId}"`;
}

/** What to do about an executable that does not work. */
export const executableAdvice = 'set python_executable_path of the job to a Python 3.9 or later';

function hintFor(signal: string): string {
  switch (signal) {
    case 'SIGKILL':
      return 'if nobody killed it, the machine or its container was out of memory';
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGABRT':
    case 'SIGILL':
    case 'SIGFPE':
      return 'native code crashed, and stderr.log shows where Python was';
    default:
      return 'something outside AIFlow sent it';
  }
}

/** The result file's text as a result. It appears whole, so anything else is `python.result_unreadable`. */
export function parseResult(text: string, path: string): JobResult {
  const found = parseJson(text);
  const { status, values, error } = isJsonObject(found) ? found : {};
  if (status !== 'FINISHED' && status !== 'FAILED' && status !== 'KILLED') {
    throw new AIFlowError(
      'python.result_unreadable',
      `expected the result of a Python job in ${path}, found something else: see the job's logs for what it did`,
      { context: { path } },
    );
  }
  return { status, values: isJsonObject(values) ? values : {}, error: parseError(error) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the caller says what is wrong, with the path
  }
}

function parseError(error: Json | undefined): JobResultError | null {
  if (!isJsonObject(error)) return null;
  const { code, message, context } = error;
  return {
    code: typeof code === 'string' ? code : 'python.exception',
    message: typeof message === 'string' ? message : 'the job failed',
    context: isJsonObject(context) ? context : {},
  };
}
