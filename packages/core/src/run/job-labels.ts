import { messageOf } from '../errors.ts';
import type { Clock } from '../plugin/host.ts';
import type { Submitted } from './worker-run.ts';

/** A job whose configuration says nothing is asked so often: AIFlow's own default. */
export const defaultLabelIntervalMs = 5000;
const longest = 200;

export interface LabelOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Aborts when the job has ended, or when it is not followed any more. */
  readonly signal: AbortSignal;
  readonly tell: (label: string | null) => void;
}

/**
 * Asks a job for its label again and again, and tells each that differs from the one before. A label is only shown:
 * what goes wrong with it is logged once and harms nothing.
 */
export async function followLabels(
  { controller, env, handle }: Submitted,
  { clock, intervalMs, signal, tell }: LabelOptions,
): Promise<void> {
  let last: string | null = null;
  let hasFailed = false;
  while (!signal.aborted) {
    try {
      const label = shortened(await controller.obtainJobLabel?.(handle, env));
      if (signal.aborted) return;
      if (label !== last) tell(label);
      last = label;
    } catch (error) {
      if (!hasFailed && !signal.aborted)
        env.logger.warn(`the label of job "${env.jobName}" cannot be had: ${messageOf(error)}`);
      hasFailed = true;
    }
    await clock.sleep(intervalMs, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}

/** A plugin may be plain JavaScript, and a job may say anything: one line of it is shown. */
function shortened(label: unknown): string | null {
  if (typeof label !== 'string') return null;
  const [line = ''] = label.trim().split(/[\r\n]/, 1);
  return line === '' ? null : line.slice(0, longest);
}
