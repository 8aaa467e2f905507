import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlinkCluster } from '@aiflow-private/engines';
import { compileFlinkJar, flink, homeOf, isInstalled, startFlink } from '@aiflow-private/engines';
import type { AISubGraph } from '@aiflow/core';
import { defineWorkflow, splitGraph } from '@aiflow/core';
import { flinkJava } from '@aiflow/job-flink';
import { flinkJobPlugin } from '@aiflow/job-flink/plugin';
import { createTestEnv, createTestHost, testAttempt } from '@aiflow/testkit';
import type { Bench } from './bench.ts';
import { costOf, inTurn, median, timed } from './measure.ts';
import { describeTime } from './report.ts';

const goal = 0.5;

export const flinkSubmission: Bench = {
  summary: 'a jar on a Flink cluster, from submitting to RUNNING, beside flink run',
  run: async ({ report, directory, scaled }) => {
    if (!isInstalled(flink)) return report.skipped('flink', 'it is not installed: npm run engines');
    const home = homeOf(flink);
    const project = join(directory, 'project');
    const jar = join(project, 'dependencies', 'jar', 'idle.jar');
    mkdirSync(join(project, 'dependencies', 'jar'), { recursive: true });
    writeFileSync(join(directory, 'Idle.java'), program);
    compileFlinkJar(home, join(directory, 'Idle.java'), jar);
    await using cluster = await startFlink(home);
    const times = await inTurn(scaled(7), {
      ours: () => submitOurs(cluster, directory, project),
      command: () => submitByCommand(cluster, jar),
    });
    const [ours, command] = [median(times.ours), median(times.command)];
    report.measured({
      what: 'a jar from submitting to RUNNING',
      ours: describeTime(ours),
      beside: `flink run ${describeTime(command)}`,
      ratio: ours / command,
      goal: { text: `at most ${goal} ×`, met: ours / command <= goal },
    });
    report.note('ours over REST, with the job id written down before; flink run starts a Java for each job');
  },
};

const program = `import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

public final class Idle {
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.fromSequence(1, Long.MAX_VALUE).map(value -> { Thread.sleep(100); return value; }).returns(Long.class)
            .sinkTo(new DiscardingSink<>());
        env.execute("idle");
    }
}
`;

/** As a worker does, with a state directory of its own. */
async function submitOurs(cluster: FlinkCluster, directory: string, projectDir: string): Promise<number> {
  const host = await createTestHost({ stateDir: directory });
  const graph = defineWorkflow('bench', (workflow) => {
    workflow.job('idle', { type: 'flink', properties: { jobmanager: cluster.url } }, (job) => {
      job.node(flinkJava({ mainJarFile: 'idle.jar', entryClass: 'Idle' }));
    });
  });
  const [subGraph] = splitGraph(graph);
  const job = await flinkJobPlugin
    .getJobGenerator()
    .generate(subGraph as AISubGraph, join(directory, 'generated'));
  const facts = { attemptId: randomUUID(), workflowExecutionId: randomUUID() };
  const env = createTestEnv({ host, job, attempt: testAttempt(job, facts), projectDir });
  const controller = flinkJobPlugin.getJobController();
  const took = await timed(async () => {
    await controller.submitJob(job, env);
    await untilRunning(cluster);
  });
  const handle = await controller.findJob(job, env);
  if (handle !== null) {
    await controller.stopJob(handle, env);
    await controller.cleanupJob(handle, env);
  }
  return took;
}

async function submitByCommand(cluster: FlinkCluster, jar: string): Promise<number> {
  const env = { ...process.env, ...cluster.environment };
  const command = join(env['FLINK_HOME'] ?? '', 'bin', 'flink');
  let id = '';
  const took = await timed(async () => {
    const argv = [command, 'run', '-d', '-c', 'Idle', jar] as const;
    const { stdout } = await costOf([...argv], { cwd: cluster.directory, env });
    id = /JobID ([0-9a-f]{32})/.exec(stdout)?.[1] ?? '';
    await untilRunning(cluster);
  });
  await fetch(`${cluster.url}/v1/jobs/${id}?mode=cancel`, { method: 'PATCH' });
  while ((await statesOf(cluster)).some((state) => state === 'RUNNING' || state === 'CANCELLING'))
    await pause();
  return took;
}

async function untilRunning(cluster: FlinkCluster): Promise<void> {
  while (!(await statesOf(cluster)).includes('RUNNING')) await pause();
}

async function statesOf({ url }: FlinkCluster): Promise<readonly string[]> {
  const answer: unknown = await (await fetch(`${url}/v1/jobs/overview`)).json();
  return (answer as { readonly jobs: readonly { readonly state: string }[] }).jobs.map(({ state }) => state);
}

async function pause(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
