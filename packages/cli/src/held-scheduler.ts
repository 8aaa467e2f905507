import type { Attempt, BlobManager, Scheduler } from '@aiflow/core';
import { AIFlowError, createScheduler, isAIFlowError } from '@aiflow/core';
import { heldRunner } from './held-runner.ts';
import type { Session } from './session.ts';
import { load } from './session.ts';

export interface HeldOptions {
  /** The attempts that may be stopped; none unless said. */
  readonly reaches?: (attempt: Attempt) => boolean;
  /** What this process cannot do while another one has the scheduler, and what to do about it. */
  readonly busy: { readonly code: string; readonly cannot: string; readonly instead: string };
}

/**
 * Calls `use` with the project's scheduler, started so that it can be asked, and so that no other one starts a job
 * meanwhile. No job begins, and what was left running is not followed, but for what `reaches` names: the next "aiflow
 * run" finds it again. Throws `busy.code` while another process has it.
 */
export async function withHeldScheduler<T>(
  session: Session,
  blob: BlobManager,
  { reaches = () => false, busy }: HeldOptions,
  use: (scheduler: Scheduler) => Promise<T>,
): Promise<T> {
  const { project, host } = session;
  const [name = ''] = await load(project, [{ kind: 'scheduler', className: project.scheduler.className }]);
  const contextExtractor = (): Promise<never> => new Promise(() => undefined);
  const runner = heldRunner(session, blob, reaches);
  const scheduler = await createScheduler(project, name, {
    ...host,
    runner,
    contextExtractor,
    startsByItself: false,
  });
  try {
    await scheduler.start();
  } catch (error) {
    if (!isAIFlowError(error, 'scheduler.busy')) throw error;
    const { pid = null } = error.context;
    const holder = typeof pid === 'number' ? ` (process ${pid})` : '';
    throw new AIFlowError(
      busy.code,
      `${busy.cannot} while a scheduler of project "${project.projectName}" runs${holder}: ${busy.instead}`,
      { context: { pid }, cause: error },
    );
  }
  try {
    return await use(scheduler);
  } finally {
    await scheduler.close();
  }
}
