import { buildWorkflow, openScheduler, storeProject, withOverlay } from '@aiflow/core';
import { checkPools, poolsOf } from '../check-pools.ts';
import { commandDir } from '../command-dir.ts';
import type { Command } from '../command.ts';
import { outputOption, projectOption } from '../command.ts';
import type { Submission } from '../execute.ts';
import { execute } from '../execute.ts';
import { watchInterrupt } from '../interrupt.ts';
import type { Session } from '../session.ts';
import { openBlob, openSession, whileImporting } from '../session.ts';

export const runWorkflow: Command = {
  args: ['WORKFLOW'],
  options: {
    project: projectOption,
    output: outputOption,
    context: { summary: 'the context of this execution', value: 'TEXT', short: 'c' },
  },
  details:
    'Ctrl-C stops every process of this run, then the command ends with 130. What an earlier run left open is taken ' +
    'up beside it, and goes on when this one ends; both are said on stderr, with the command that ends it. A workflow with a schedule runs once, now; one ' +
    'whose jobs come round by time or wait for events runs until Ctrl-C.',
  execute: async ({ positionals: [workflowName = ''], options }) => {
    const interrupt = watchInterrupt();
    try {
      const directory = options['project'] ?? '.';
      const session = await openSession(directory);
      const submission = await submit(session, workflowName, interrupt.signal);
      const json = options['output'] === 'json';
      const context = options['context'] ?? null;
      return await execute(submission, { json, context, directory, interrupt });
    } catch (error) {
      if (!interrupt.signal.aborted || error !== interrupt.signal.reason) throw error;
      process.stderr.write('interrupted before anything was run\n');
      return interrupt.exitCode();
    } finally {
      interrupt.release();
    }
  },
};

/** Compiles and stores the workflow, and makes the scheduler that is to run it. */
async function submit(session: Session, workflowName: string, signal: AbortSignal): Promise<Submission> {
  const { project, onOutput } = session;
  return withOverlay(project.stateDir, async (overlay) => {
    const build = { commandDir, signal, ...(onOutput && { onOutput }) };
    // A thread draws the definition, and what comes next is loaded meanwhile. What is wrong with the definition is told
    // first, and nothing is told while something is still being imported.
    const building = whileImporting(project.projectDir, () =>
      buildWorkflow(project, workflowName, overlay, build),
    );
    const opening = open(session);
    await Promise.allSettled([building, opening]);
    const workflow = await building;
    const { blob, name, scheduler } = await opening;
    checkPools(workflow, await poolsOf(project, name), null);
    // Only now: what cannot be run leaves nothing behind.
    const context = await storeProject(project, workflow, overlay, blob, { signal });
    return { workflow, project: context, scheduler };
  });
}

interface Opened extends Awaited<ReturnType<typeof openScheduler>> {
  readonly blob: Awaited<ReturnType<typeof openBlob>>;
}

async function open(session: Session): Promise<Opened> {
  const blob = await openBlob(session);
  blob.manager.prepare?.();
  // This process is there for one execution: it starts none of other workflows.
  return { blob, ...(await openScheduler(session, blob.manager, { startsByItself: false })) };
}
