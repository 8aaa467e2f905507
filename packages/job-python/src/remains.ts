import { open, readFile } from 'node:fs/promises';
import type { JobRuntimeEnv } from '@aiflow/core';
import { errorCode } from '@aiflow/core';
import type { ProcessEnd } from '@aiflow/process';
import { attemptFiles } from './request.ts';
import type { Progress, Remains } from './result.ts';
import { parseResult } from './result.ts';

/** Reads what a Python process that has ended left behind. */
export async function readRemains(env: JobRuntimeEnv, end: ProcessEnd): Promise<Remains> {
  const files = attemptFiles(env);
  const [result, progress, stderrTail] = await Promise.all([
    readIfThere(files.result),
    readIfThere(files.progress),
    readEnd(files.stderr),
  ]);
  return {
    end,
    result: result === null ? null : parseResult(result, files.result),
    progress: parseProgress(progress ?? ''),
    stderrTail,
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

const mostLines = 20;
const mostBytes = 4096;

/** The last lines of a log, which can be of any size; none when there is no log. */
async function readEnd(path: string): Promise<readonly string[]> {
  const file = await open(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return [];
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - mostBytes);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(mostBytes), position: start });
    const lines = buffer.toString('utf8', 0, bytesRead).trimEnd().split('\n');
    // The first one may have lost its beginning.
    return lines.slice(start > 0 && lines.length > 1 ? 1 : 0).slice(-mostLines);
  } finally {
    await file.close();
  }
}
