import type { JobResult, JobResultError, Json, JsonObject } from '@aiflow/core';
import { AIFlowError, isJsonObject } from '@aiflow/core';
import type { ProcessEnd } from '@aiflow/process';

/** What is left of a Python process that has ended. */
export interface Remains {
  readonly end: ProcessEnd;
  /** The content of the result file; null when Python wrote none. */
  readonly result: JobResult | null;
  /** What Python was at, such as `process() train`; null when it never came to our code. */
  readonly progress: string | null;
  /** The last lines of standard error. */
  readonly stderr: string;
}

/** How the job ended. The result file says why; the process's own end says whether to believe that all went well. */
export function resultOf({ end, result, progress, stderr }: Remains): JobResult {
  const values = result?.values ?? {};
  const finished = result?.status === 'FINISHED';
  if (finished && (end.exitCode === 0 || end.exitCode === null))
    return { status: 'FINISHED', values, error: null };
  if (end.outcome === 'stopped') return { status: 'KILLED', values, error: null };
  if (result?.status === 'FAILED') return { status: 'FAILED', values, error: result.error };
  return {
    status: 'FAILED',
    values,
    error: unexplained(end, finished ? 'the end, all nodes done' : progress, stderr),
  };
}

/** The error of a process that ended without saying why. */
function unexplained(end: ProcessEnd, progress: string | null, stderr: string): JobResultError {
  const context: JsonObject = { exitCode: end.exitCode, signal: end.signal, progress, stderr };
  const at = progress === null ? 'before any node' : `at ${progress}`;
  if (end.outcome === 'lost') {
    const message = `Python is gone ${at}, without an exit status: it was killed by force, or the machine went down; see stderr.log`;
    return { code: 'python.lost', message, context };
  }
  if (end.signal !== null) {
    return {
      code: 'python.signal',
      message: `Python was ended by ${end.signal} ${at}: ${hintFor(end.signal)}`,
      context,
    };
  }
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  // As for a shell: 126 is a program that cannot be run, 127 one that is not there, such as a script's interpreter.
  if (progress === null && (end.exitCode === 126 || end.exitCode === 127)) {
    return {
      code: 'python.executable_not_found',
      message: `Python did not start: ${last}: ${executableAdvice}`,
      context,
    };
  }
  const silent = progress === null ? `: is it a Python? If not, ${executableAdvice}` : '';
  const said = last === '' ? silent : `; its last line in stderr: ${last}`;
  return {
    code: 'python.exit',
    message: `Python ended with exit code ${end.exitCode} ${at}${said}`,
    context,
  };
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
