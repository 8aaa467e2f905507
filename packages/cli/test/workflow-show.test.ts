import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TestProject, expectErrors } from './aiflow.ts';

const definition = (text: string): Record<string, string> => ({
  'workflows/w/w.ts': `import { all, any, datasetChanged, defineWorkflow, ended, event, failed, finished, modelVersion, running, workflowStatus } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
export default defineWorkflow('w', (workflow) => {
  const job = (name, options = {}) => workflow.job(name, options, (job) => { job.node(bash('true')); });
  const clean = job('clean');
  ${text}
});`,
});

/** What is said of one job, or of the workflow itself. */
function said(stdout: string, name: string): string[] {
  const [head, ...lines] = stdout
    .split('\n\n')
    .map((part) => part.split('\n'))
    .find(([first = '']) => first.startsWith(`${name} `)) ?? [`nothing is said of ${name}`];
  if (head === undefined || lines.length === 0) throw new Error(`${head}: ${stdout}`);
  return lines.map((line) => line.trim());
}

describe('aiflow workflow show --rules', () => {
  it('says in sentences when each job starts, stops and restarts', async () => {
    await using project = await TestProject.create(
      definition(`
  const train = job('train');
  train.startWhen(all(finished(clean), event({ key: 'new_data', eventType: '*' })));
  train.startWhen(event({ key: 'now', value: 'yes', sender: 'me', namespace: '*' }));
  train.restartWhen(any(modelVersion('m', { event: 'MODEL_VALIDATED' }), datasetChanged({ name: 'd' })));
  train.stopWhen(any(all(running(clean), event({ key: '*', sender: null, life: 'REPEATED' })), ended(clean)));
  job('alone').when(event({ key: 'x' }), 'NONE');
  job('report').startWhen(any(finished(clean), all(failed(clean), failed(train))));
  job('both').startWhen(all(finished(clean), event({ key: 'k', value: 'v', life: 'REPEATED' })));
`),
    );
    const { stdout, exitCode } = await project.aiflow('workflow', 'show', 'w', '--rules');
    expect(exitCode).toBe(0);
    expect(said(stdout, 'workflow')).toEqual([
      'an event belongs to all of its executions',
      'can be started by hand',
    ]);
    expect(said(stdout, 'clean')).toEqual(['starts with the workflow']);
    expect(said(stdout, 'train')).toEqual([
      'starts when clean has finished and an event new_data (any type, namespace default) has come since the last time',
      'starts when an event now with the value "yes" (type UNDEFINED, any namespace, from me) has come',
      'restarts (if it runs, it is stopped first) when a version of the model m (namespace default) has been validated or the dataset d (namespace default) has changed',
      'stops when (clean has begun to run and any event (type UNDEFINED, namespace default, without a sender) has come at any time before) or clean has ended (well or not)',
    ]);
    expect(said(stdout, 'alone').slice(0, 2)).toEqual([
      'starts with the workflow',
      'is left alone, whatever its next rules say, when an event x (type UNDEFINED, namespace default) has come',
    ]);
    expect(said(stdout, 'report')[0]).toBe(
      'starts when clean has finished or (clean has failed and train has failed)',
    );
    expect(said(stdout, 'both')[0]).toBe(
      'starts when clean has finished and an event k with the value "v" (type UNDEFINED, namespace default) has come at any time before (and none with another value after it)',
    );
    expect(existsSync(join(project.directory, '.aiflow'))).toBe(false);
  });

  it('says how jobs are retried and limited, by what the YAML says where it says it', async () => {
    await using project = await TestProject.create({
      ...definition(`
  job('often', { retry: 9, timeout: '1h', pool: 'cpu' });
  job('late', { runCondition: 'upstream_ended' }).startWhen(finished(clean));
  job('alarm').startWhen(all(finished(clean), event({ key: 'x' })));
`),
      'workflows/w/w.yaml': `often:
  retry: { limit: 3, delay: 10s, backoff: 2, max_delay: 1m, jitter: 0 }
  timeout: 90s
  pool_slots: 2
  exec_mode: STREAM
alarm:
  run_condition: upstream_failed
  retry: { limit: 1, delay: 5s, jitter: 0.5 }
`,
    });
    const { stdout } = await project.aiflow('workflow', 'show', 'w', '--rules');
    expect(said(stdout, 'often')).toEqual([
      'starts with the workflow',
      'a failed attempt is followed by up to 3 more, the first after 10 seconds, each wait 2 times the one before and at most 1 minute',
      'an attempt that runs longer than 1 minute 30 seconds is stopped and counts as failed',
      'takes 2 places of the pool cpu while it runs',
      'runs as a stream, which has no end of its own',
    ]);
    expect(said(stdout, 'late').slice(0, 2)).toEqual([
      'starts when clean has ended (well or not)',
      'run condition upstream_ended: the jobs that it waits for may also have ended badly',
    ]);
    expect(said(stdout, 'alarm').slice(0, 3)).toEqual([
      'starts when clean has failed and an event x (type UNDEFINED, namespace default) has come since the last time',
      'run condition upstream_failed: it starts only when one of the jobs that it waits for has failed',
      'a failed attempt is followed by one more after 5 seconds, give or take 50 %',
    ]);
  });

  it('says how the workflow itself starts and stops, and which executions an event belongs to', async () => {
    await using project = await TestProject.create(
      definition(`
  workflow.startWhen(workflowStatus('upstream', 'FINISHED', { project: 'other' }));
  workflow.stopWhen(event({ key: 'stop' }));
  workflow.extractContext({ field: 'value', pointer: '/region' });
  workflow.limit({ jobs: 4, executions: 1 });
`),
    );
    const { stdout } = await project.aiflow('workflow', 'show', 'w', '--rules');
    expect(said(stdout, 'workflow')).toEqual([
      'starts when the workflow upstream of project other has come to FINISHED',
      'stops those executions that the event belongs to when an event stop (type UNDEFINED, namespace default) has come',
      'an event belongs to the executions whose context is what stands at /region of the JSON in its value',
      'runs at most 4 jobs at once over all executions',
      'has at most 1 execution at once, and those beyond wait',
      'can be started by hand',
    ]);
  });

  it('lets no control character through, however it is asked', async () => {
    await using project = await TestProject.create(
      definition(`
  job('b').startWhen(event({ key: 'red\\u001b[31m\\u009b\\nx', value: '\\u007f', sender: '\\u0007' }));
`),
    );
    for (const more of [[], ['--rules'], ['--rules', '-o', 'json'], ['-o', 'json']]) {
      const { stdout } = await project.aiflow('workflow', 'show', 'w', ...more);
      // oxlint-disable-next-line no-control-regex -- it is what must not be there
      expect(stdout).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f]/);
      expect(stdout).toContain('red');
    }
    const json = await project.aiflow('workflow', 'show', 'w', '--rules', '-o', 'json');
    expect(json.stdout).toContain(String.raw`"key": "red\u001b[31m\u009b\nx"`);
    const text = await project.aiflow('workflow', 'show', 'w', '--rules');
    expect(text.stdout).toContain(String.raw`an event red\x1b[31m\x9b\nx `);
  });
});

describe('aiflow workflow show --schedule', () => {
  const timed = {
    ...definition(`
  workflow.schedule({ cron: '0 9 * * *' });
  job('often').schedule({ interval: '15m' });
  job('waits').startWhen(finished(clean));
`),
    'workflows/w/w.yaml': `periodic_config:
  cron: '30 5 * * *'
  timezone: Europe/Paris
`,
  };

  it('says when the workflow and each job start by time, with the next three ticks', async () => {
    await using project = await TestProject.create(timed);
    // The clocks of Paris go back in the night of 25 October 2026.
    const { stdout } = await project.aiflow(
      'workflow',
      'show',
      'w',
      '--schedule',
      '--from',
      '2026-10-24T03:29Z',
    );
    expect(said(stdout, 'workflow')).toEqual([
      'starts every day at 05:30 (Europe/Paris); next: 2026-10-24 05:30 CEST, 2026-10-25 05:30 CET, 2026-10-26 05:30 CET',
      'can be started by hand',
    ]);
    expect(said(stdout, 'clean')).toEqual(['starts with the workflow']);
    expect(said(stdout, 'often')).toEqual([
      'starts, or restarts if it runs, every 15 minutes, counted from when it is taken up',
    ]);
    expect(said(stdout, 'waits')).toEqual(['has rules, which --rules tells']);
  });

  it('counts from the clock unless told', async () => {
    await using project = await TestProject.create(timed);
    const before = Date.now();
    const { stdout } = await project.aiflow('workflow', 'show', 'w', '--schedule', '-o', 'json');
    const facts = JSON.parse(stdout) as { schedules: { next_ticks: string[] }[] };
    const [tick = ''] = facts.schedules[0]?.next_ticks ?? [];
    expect(Date.parse(tick)).toBeGreaterThan(before);
    expect(Date.parse(tick)).toBeLessThan(before + 26 * 3_600_000);
  });

  it('gives the same facts as data', async () => {
    await using project = await TestProject.create(timed);
    const args = ['workflow', 'show', 'w', '--rules', '--schedule', '--from', '2026-01-01', '-o', 'json'];
    const { stdout } = await project.aiflow(...args);
    expect(JSON.parse(stdout)).toMatchObject({
      project_name: 'test',
      workflow_name: 'w',
      rules: [],
      context_extractor: null,
      schedules: [
        {
          kind: 'cron',
          cron: '30 5 * * *',
          timezone: 'Europe/Paris',
          next_ticks: ['2026-01-01T04:30:00.000Z', '2026-01-02T04:30:00.000Z', '2026-01-03T04:30:00.000Z'],
        },
      ],
      jobs: [
        { job_name: 'clean', says: ['starts with the workflow'], rules: [], schedules: [] },
        { job_name: 'often', schedules: [{ kind: 'interval', interval_ms: 900_000, next_ticks: null }] },
        {
          job_name: 'waits',
          rules: [
            { action: 'START', condition: { kind: 'job_status', job_name: 'clean', status: 'FINISHED' } },
          ],
        },
      ],
    });
  });

  it('refuses a time that is none, and a workflow that there is not', async () => {
    await using project = await TestProject.create(timed);
    const show = (...args: readonly string[]): ReturnType<typeof project.aiflow> =>
      project.aiflow('workflow', 'show', ...args);
    expectErrors(await show('w', '--schedule', '--from', 'tomorrow'), '--from must be a time');
    expectErrors(await show('other', '--schedule'), 'the workflows of this project are w');
    await project.write({ 'workflows/w/w.yaml': 'clean:\n  timeout: never\n  pool_slots: 0\n' });
    expectErrors(await show('w', '--rules'), /w\.yaml:2:/, /w\.yaml:3:/);
  });
});

describe('aiflow workflow show', () => {
  it('names the operator of each node, what it works on, and what flows to it', async () => {
    await using project = await TestProject.create({
      'workflows/w/w.ts': `import { dataset, defineWorkflow } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';
export default defineWorkflow('w', (workflow) => {
  workflow.job('only', (job) => {
    const read = job.readDataset(bash('true'), { dataset: dataset({ name: 'iris', uri: 'iris.csv' }), name: 'read' });
    job.train(bash('true'), { inputs: [read], model: 'KNN' });
    job.node(bash('true'));
  });
});`,
    });
    const { stdout, exitCode } = await project.aiflow('workflow', 'show', 'w');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^workflow w of project \S+: 1 job \(bash\)\n/);
    expect(said(stdout, 'only')).toEqual([
      'starts with the workflow',
      '- read: read_dataset iris (BashProcessor)',
      '- node_2: train KNN (BashProcessor) ← read',
      '- node_3: BashProcessor',
    ]);
  });
});
