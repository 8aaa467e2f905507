import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scheduler } from '@aiflow/core';
import { hostProject, silentLogger, statusEventTypes } from '@aiflow/core';
import { createLauncher } from '@aiflow/process';
import type { Bench } from './bench.ts';
import { fullCommits } from './full-commit.ts';
import { inTurn, median } from './measure.ts';
import { writeWorkflow } from './project-files.ts';
import { describeTime } from './report.ts';

const goal = 3;
/** Says when it runs, in microseconds of the wall clock. */
const program = 'echo $EPOCHREALTIME';

export const reaction: Bench = {
  summary: 'from publishing an event to the process that it starts, beside a commit and a launch',
  run: async ({ report, directory, scaled }) => {
    const projectDir = join(directory, 'project');
    writeWorkflow(
      projectDir,
      `const react = workflow.job('react', (job) => void job.node(bash('${program}')));
  react.startWhen(event({ key: 'go' }));`,
    );
    const { scheduler, submit } = await hostProject(projectDir, {
      environment: { ...process.env, AIFLOW_HOME: join(directory, 'state') },
      logger: silentLogger,
    });
    await scheduler.start();
    try {
      await submit('bench');
      const started = await scheduler.startNewWorkflowExecution('bench', 'bench');
      const id = started?.workflowExecutionId ?? '';
      await react(scheduler, id); // the first one also fetches the snapshot and starts the launcher
      const launch = launcherIn(join(directory, 'launches'));
      await launch();
      const times = await inTurn(scaled(200), {
        reaction: () => react(scheduler, id),
        launch,
        commit: () => fullCommits(join(directory, 'commits.db'), 1),
      });
      const [ours, launched, commit] = [median(times.reaction), median(times.launch), median(times.commit)];
      const ratio = ours / (commit + launched);
      report.measured({
        what: 'from publish to the process',
        ours: describeTime(ours),
        beside: `a commit ${describeTime(commit)} and a launch ${describeTime(launched)}`,
        ratio,
        goal: { text: `at most ${goal} ×`, met: ratio <= goal },
      });
      await scheduler.stopWorkflowExecution(id);
    } finally {
      await scheduler.close();
    }
  },
};

/** Publishes the event that starts the job; gives how long it took until the job ran, in milliseconds. */
async function react(scheduler: Scheduler, executionId: string): Promise<number> {
  const afterVersion = await scheduler.events.latestVersion();
  const ended = untilFinished(scheduler, executionId, afterVersion);
  const began = now();
  await scheduler.events.publish([{ key: 'go', value: '' }]);
  await ended;
  const attempts = await scheduler.getJobExecutions('react', executionId);
  const [said] = Object.values(attempts?.at(-1)?.values ?? {});
  return timeOf(typeof said === 'string' ? said : '') - began;
}

async function untilFinished(scheduler: Scheduler, sender: string, afterVersion: number): Promise<void> {
  const filter = { sender, afterVersion, eventType: statusEventTypes.job };
  const { signal } = new AbortController();
  for await (const { value } of scheduler.events.listen(filter, { signal })) {
    if (value === 'FINISHED') return;
    if (value === 'FAILED') throw new Error('the job that was to react failed');
  }
}

/** Launches the same program by the same launcher; gives how long it took until it ran. */
function launcherIn(directory: string): () => Promise<number> {
  const launcher = createLauncher();
  mkdirSync(directory, { recursive: true });
  let count = 0;
  return async () => {
    const recordDir = join(directory, String((count += 1)));
    const [stdout, stderr] = [`${recordDir}.out`, `${recordDir}.err`];
    const place = { recordDir, token: randomUUID() };
    const began = now();
    await launcher.launch({
      ...place,
      argv: ['bash', '-c', program],
      cwd: directory,
      environment: { PATH: process.env['PATH'] ?? '' },
      stdout,
      stderr,
    });
    await launcher.wait(place);
    return timeOf(readFileSync(stdout, 'utf8')) - began;
  };
}

const now = (): number => performance.timeOrigin + performance.now();
/** Some locales write a comma. */
const timeOf = (said: string): number => Number(said.trim().replace(',', '.')) * 1000;
