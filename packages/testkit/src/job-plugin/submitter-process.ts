import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Attempt } from '@aiflow/core';
import { canFindProcesses, processesWith } from '../processes/token.ts';
import { until, within } from '../suite/wait.ts';
import type { PreparedJob, Workbench } from './workbench.ts';
import { secretName } from './workbench.ts';

/** A variable that the submitting process has in its first environment, and none of its jobs. */
export const submitterMark = 'AIFLOW_TESTKIT_SUBMITTER';

/** What the submitting process is told, as JSON on its standard input. */
export interface SubmitterOrder {
  readonly module: string;
  readonly pluginName: string;
  readonly attempt: Attempt;
  readonly stateDir: string;
  readonly projectDir: string;
  readonly secrets: Readonly<Record<string, string>>;
}

/** A real process that submits an attempt and then waits to be killed. */
export interface Submitter {
  /** Resolves just before `submitJob` is called. */
  submitting(patience: number): Promise<void>;
  /** Resolves when `submitJob` has. */
  submitted(patience: number): Promise<void>;
  /** Kills it as `kill -9` does, and resolves when it is dead. */
  killAfter(milliseconds: number): Promise<void>;
}

export function startSubmitter(bench: Workbench, { attempt }: PreparedJob): Submitter {
  const order: SubmitterOrder = {
    module: bench.options.module.href,
    pluginName: bench.options.factory.name,
    attempt,
    stateDir: bench.host.stateDir,
    projectDir: bench.projectDir,
    secrets: { [secretName]: bench.canary },
  };
  // The same file as TypeScript when the kit is tested from its sources, and as JavaScript when it was built.
  const program = new URL(
    import.meta.url.endsWith('.ts') ? './submitter.ts' : './submitter.js',
    import.meta.url,
  );
  const mark = randomUUID();
  const child = spawn(process.execPath, [fileURLToPath(program)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', [submitterMark]: mark },
  });
  const exited = once(child, 'exit');
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const steps = { submitting: Promise.withResolvers<void>(), submitted: Promise.withResolvers<void>() };
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'submitting' || line === 'submitted') steps[line].resolve();
  });
  child.once('close', () => {
    const early = new assert.AssertionError({
      message: `the process that submits ended early: ${errors.trim()}`,
    });
    steps.submitting.reject(early);
    steps.submitted.reject(early);
  });
  for (const step of Object.values(steps)) step.promise.catch(() => undefined); // asked for or not
  child.stdin.end(JSON.stringify(order));
  bench.atEnd(async () => {
    child.kill('SIGKILL'); // where a case failed before it came to that
    await exited;
  });
  return {
    submitting: async (patience) =>
      await within('another process to begin submitJob', steps.submitting.promise, patience),
    submitted: async (patience) =>
      await within('submitJob in another process', steps.submitted.promise, patience),
    killAfter: async (milliseconds) => {
      if (milliseconds > 0) await delay(milliseconds);
      child.kill('SIGKILL');
      await exited;
      // What it was just starting looks like itself until it has become another program, and outlives it: a machine
      // that starts again after a crash never comes so soon that it could meet one.
      if (!canFindProcesses) return;
      await until(
        'the killed process to be gone for good',
        () => processesWith(submitterMark, mark).length === 0,
      );
    },
  };
}
