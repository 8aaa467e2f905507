import { readFile } from 'node:fs/promises';
import type { JobRuntimeEnv } from '@aiflow/core';
import { errorCode } from '@aiflow/core';
import type { ProcessEnd } from '@aiflow/process';
import { jobOutput, lastLines } from '@aiflow/process';
import { attemptFiles } from './request.ts';
import type { Progress, Remains } from './result.ts';
import { parseResult } from './result.ts';

/** Reads what a Python process that has ended left behind. */
export async function readRemains(env: JobRuntimeEnv, end: ProcessEnd): Promise<Remains> {
  const files = attemptFiles(env);
  const [result, progress] = await Promise.all([readIfThere(files.result), readIfThere(files.progress)]);
  return {
    end,
    result: result === null ? null : parseResult(result, files.result),
    progress: parseProgress(progress ?? ''),
    stderrTail: lastLines(jobOutput(env).stderr),
  };
}

/** `python/aiflow/_run/progress.py` writes the phase, a blank and the node. */
function parseProgress(text: string): Progress | null {
  const [phase = '', nodeId = ''] = text.trim().split(' ');
  return nodeId === '' ? null : { phase, nodeId };
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
