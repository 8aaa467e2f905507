import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findSettings, parseSettings, readSettings } from '../../src/project/settings.ts';
import { problemsOf } from './problems.ts';

const read = (text: string): ReturnType<typeof readSettings> => parseSettings(text, 'w.yaml', 'w');

describe("a workflow's YAML", () => {
  let projectDir: string;
  beforeEach(() => {
    projectDir = mkdtempSync(join(tmpdir(), 'aiflow-settings-'));
  });
  afterEach(() => {
    rmSync(projectDir, { recursive: true, force: true });
  });

  it('need not be there, but is not passed over when it is called .yml', async () => {
    expect((await readSettings(projectDir, 'w')).jobs.size).toBe(0);
    mkdirSync(join(projectDir, 'workflows/w'), { recursive: true });
    writeFileSync(join(projectDir, 'workflows/w/w.yml'), 'a: {}\n');
    await expect(readSettings(projectDir, 'w')).rejects.toMatchObject({ code: 'config.unreadable' });
  });

  it('holds a key for each job beside the reserved ones; a job may be empty', async () => {
    const settings = await read(
      'properties: {a: 1}\nclean:\n  job_type: bash\n  properties:\n    env: {A: b}\ntrain:\npush: {}\n',
    );
    expect(settings.properties).toEqual({ a: 1 });
    expect(settings.jobs.get('clean')).toEqual({
      jobType: 'bash',
      properties: { env: { A: 'b' } },
      config: {},
    });
    expect(settings.jobs.get('train')).toEqual({ jobType: null, properties: {}, config: {} });
    expect(settings.jobs.get('push')).toEqual({ jobType: null, properties: {}, config: {} });
  });

  it('says of a job where, how and how often it runs', async () => {
    const { jobs } = await read(`job:
  job_name: job
  platform: kubernetes
  engine: flink
  exec_mode: Stream
  job_label_report_interval: 60.0
  retry: {limit: 3, delay: 30s, max_delay: 5m, backoff: 3, jitter: 0}
  timeout: 1h30m
  pool: gpus
  pool_slots: 2
  run_condition: upstream_ended
  periodic_config: {cron: "0 */5 * * * * *", timezone: Europe/Paris, start_date: "2020,1,1,1,1,1,", missed_ticks: none}
`);
    expect(jobs.get('job')?.config).toEqual({
      platform: 'kubernetes',
      engine: 'flink',
      execMode: 'STREAM',
      labelIntervalMs: 60_000,
      retry: { limit: 3, delayMs: 30_000, maxDelayMs: 300_000, backoff: 3, jitter: 0 },
      timeoutMs: 5_400_000,
      pool: 'gpus',
      poolSlots: 2,
      runCondition: 'upstream_ended',
      schedules: [
        {
          kind: 'cron',
          cron: '0 */5 * * * * *',
          timezone: 'Europe/Paris',
          startDate: '2020-01-01T00:01:01.000Z',
          missedTicks: 'none',
        },
      ],
    });
  });

  it('takes a number of retries alone, and passes over keys with nothing behind them', async () => {
    const { jobs } = await read('a: {retry: 2, timeout: , pool: null}\n');
    expect(jobs.get('a')?.config).toMatchObject({ retry: { limit: 2 } });
    expect(Object.keys(jobs.get('a')?.config ?? {})).toEqual(['retry']);
  });

  it('takes schedules of the workflow, one or several, and limits', async () => {
    const settings = await read(
      'workflow_name: w\nperiodic_config:\n  - interval: 0,0,1,0\n  - {interval: 15m}\nworkflow: {max_running_jobs: 4, max_running_executions: 1}\ndependencies: {jars: [a.jar, b.jar]}\n',
    );
    expect(settings.schedules).toMatchObject([{ intervalMs: 60_000 }, { intervalMs: 900_000 }]);
    expect(settings.limits).toEqual({ jobs: 4, executions: 1 });
    expect(settings.dependencies).toEqual({ jars: ['a.jar', 'b.jar'] });
    expect((await read('a: {}\n')).schedules).toBeNull();
  });

  it.each([
    ['a: {timeout: soon}', 'a.timeout', /number of seconds/],
    ['a: {timeout: 0}', 'a.timeout', /longer than 0/],
    ['a: {retry: -1}', 'a.retry', /whole number from 0 to 10000 \(found -1\)/],
    ['a: {retry: {limit: 1, delay: 10, max_delay: 5}}', 'a.retry', /max_delay is shorter/],
    ['a: {retry: {}}', 'a.retry.limit', /it is missing/],
    ['a: {retry: [1]}', 'a.retry', /found a list/],
    ['a: {exec_mode: strem}', 'a.exec_mode', /BATCH or STREAM/],
    ['a: {run_condition: upstream_end}', 'a.run_condition', /did you mean "upstream_ended"/],
    ['a: {pool_slots: 1.5}', 'a.pool_slots', /whole number/],
    ['a: {job_name: b}', 'a.job_name', /write "a"/],
    ['workflow_name: x', 'workflow_name', /write "w"/],
    ['a b: {}', 'a b', /whose name must be/],
    ['a: 3', 'a', /expected a mapping of keys to values \(found 3\)/],
    ['periodic_config: {cron: "* * *"}', 'periodic_config.cron', /5 fields/],
    ['periodic_config: {cron: "* * * * *", interval: 5}', 'periodic_config.interval', /either/],
    ['periodic_config: {}', 'periodic_config', /needs a cron expression or an interval/],
    ['periodic_config: [{interval: 5}, {interval: x}]', 'periodic_config.1.interval', /number of seconds/],
    [
      'periodic_config: {cron: "* * * * *", timezone: Europe/Pariss}',
      'periodic_config.timezone',
      /did you mean "Europe\/Paris"/,
    ],
    [
      'periodic_config: {interval: 5, start_date: tomorrow}',
      'periodic_config.start_date',
      /start_date must be .*ISO 8601/,
    ],
    ['workflow: {max_running_job: 2}', 'workflow.max_running_job', /did you mean "max_running_jobs"/],
    ['dependencies: {jars: a.jar}', 'dependencies.jars', /expected a list \(found a text\)/],
    ['a: {retries: 3}', 'a.retries', /did you mean "retry"/],
    ['a: {retry_delay: 3s}', 'a.retry_delay', /did you mean "retry"/],
    ['a: {cron: "* * * * *"}', 'a.cron', /did you mean "periodic_config"/],
    ['a: {schedule: {interval: 5}}', 'a.schedule', /did you mean "periodic_config"/],
    ['a: {type: bash}', 'a.type', /did you mean "job_type"/],
  ])('refuses %s, and says why', async (text, key, message) => {
    const problems = await problemsOf(read(text));
    expect(problems).toMatchObject([{ line: 1, key }]);
    expect(problems[0]?.message).toMatch(message);
  });

  it('names all that is wrong with a schedule', async () => {
    const text = 'periodic_config: {cron: "61 * * * *", timezone: Europe/Pariss, start_date: tomorrow}\n';
    const keys = (await problemsOf(read(text))).map(({ key }) => key);
    expect(keys).toEqual(['periodic_config.cron', 'periodic_config.timezone', 'periodic_config.start_date']);
  });

  it('looks at names also where the schema refuses something', async () => {
    const problems = await problemsOf(read('workflow_name: x\na: {retry: many, job_name: b}\na b: {}\n'));
    expect(problems.map(({ key }) => key)).toEqual(['workflow_name', 'a.retry', 'a.job_name', 'a b']);
  });

  it('gives what can be read of the jobs beside the problems', async () => {
    const path = join(projectDir, 'workflows/w/w.yaml');
    mkdirSync(dirname(path), { recursive: true });
    const jobs =
      'a: {job_type: bash, platform: p, retry: many, properties: {k: 1}}\nb: 3\nc: {properties: 3, engine: [e]}\n';
    writeFileSync(path, `${jobs}propertys: {x: 1}\n`);
    const { settings, problems } = await findSettings(projectDir, 'w');
    expect(problems.map(({ key }) => key)).toEqual([
      'a.retry',
      'b',
      'c.properties',
      'c.engine',
      'propertys',
      'propertys.x',
    ]);
    expect([...settings.jobs]).toEqual([
      ['a', { jobType: 'bash', properties: { k: 1 }, config: { platform: 'p' } }],
      ['b', { jobType: null, properties: {}, config: {} }],
      ['c', { jobType: null, properties: {}, config: {} }],
    ]);
    expect(settings.locate(['b']).line).toBe(2);
  });

  it('names every unknown key at once, at every depth, with the nearest that is known', async () => {
    const problems = await problemsOf(
      read('a:\n  jobtype: bash\n  retry:\n    limt: 2\n    limit: x\nb: {periodic_confg: {}}\nc: 3\n'),
    );
    expect(
      problems.map(({ line, key, message }) => [line, key, /did you mean "(.*)"/.exec(message)?.[1]]),
    ).toEqual([
      [2, 'a.jobtype', 'job_type'],
      [4, 'a.retry.limt', 'limit'],
      [5, 'a.retry.limit', undefined],
      [6, 'b.periodic_confg', 'periodic_config'],
      [7, 'c', undefined],
    ]);
  });

  it('says that a misspelt key of its own is taken for a job', async () => {
    const [first] = await problemsOf(read('propertis: {a: 1}\n'));
    expect(first).toMatchObject({ key: 'propertis' });
    expect(first?.message).toContain('did you mean "properties"?');
  });

  it('finds the place of a key that holds dots', async () => {
    const problems = await problemsOf(read('first: {}\nmy.job:\n  job_type: bash\n  typo: 1\n'));
    expect(problems).toMatchObject([{ line: 4, column: 3, key: 'my.job.typo' }]);
  });
});
