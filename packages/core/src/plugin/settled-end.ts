import { isAIFlowError, messageOf } from '../errors.ts';
import { findNonJson, isJsonObject } from '../json.ts';
import type { JobResult } from '../run/job-plugin.ts';
import { isFinal } from '../schedule/status.ts';
import type { AbstractJobHandler } from './document-plugin.ts';

/**
 * Waits for the `result` of a handler, which a plugin in plain JavaScript may have made of anything, and never
 * rejects: a rejection is a failed job, and so is what is no result.
 */
export async function endOf(handler: AbstractJobHandler, jobType: string): Promise<JobResult> {
  let end: unknown;
  try {
    end = await handler?.result;
  } catch (error) {
    if (isAIFlowError(error)) return failed(error.code, error.message, error.context);
    return failed('job.failed', messageOf(error));
  }
  const isResult =
    isJsonObject(end) &&
    typeof end['status'] === 'string' &&
    isFinal(end['status']) &&
    isJsonObject(end['values']) &&
    (end['error'] === null || isJsonObject(end['error'])) &&
    findNonJson(end) === null;
  if (isResult) return end as JobResult;
  return failed(
    'job.no_result',
    `the ${jobType} plugin has no getResult, and what its submitJob gave has no "result" that comes to ` +
      '{ status, values, error } of plain JSON: how the job ended cannot be told',
  );
}

function failed(code: string, message: string, context: JobResult['values'] = {}): JobResult {
  return { status: 'FAILED', values: {}, error: { code, message, context } };
}
