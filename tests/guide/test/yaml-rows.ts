import { describeSchedule } from '@aiflow/core';
import type { Built, Row } from './python-rows.ts';

export interface YamlRow extends Row {
  /** As the table shows it. */
  readonly yaml: string;
}

/** The configuration of job `a`, without what every job has. */
function own({ workflow }: Built): unknown {
  const {
    jobName: _,
    jobType: __,
    properties: ___,
    ...rest
  } = workflow.jobs[0]?.config ?? { properties: {} };
  return rest;
}

const inWords = ({ workflow }: Built): unknown => workflow.jobs[0]?.config.schedules?.map(describeSchedule);

/** Each row of the table, in order. */
export const yamlRows: readonly YamlRow[] = [
  {
    yaml: 'a: { job_type: python }',
    read: ({ workflow }) => workflow.jobs[0]?.config.jobType,
    gives: 'python',
  },
  { yaml: 'a:', read: own, gives: {} },
  {
    yaml: "a: { periodic_config: { cron: '0 */5 * * * * *' } }",
    read: inWords,
    gives: ['every 5 minutes (UTC)'],
  },
  {
    yaml: "a: { periodic_config: { cron: '0 0 8 * * * *', timezone: 'Asia/Shanghai' } }",
    read: inWords,
    gives: ['every day at 08:00 (Asia/Shanghai)'],
  },
  {
    yaml: "a: { periodic_config: { start_date: '2020,1,1,1,1,1,', interval: '1,1,1,1' } }",
    read: ({ workflow }) => workflow.jobs[0]?.config.schedules,
    gives: [
      {
        kind: 'interval',
        intervalMs: 90_061_000,
        startDate: '2020-01-01T01:01:01.000Z',
        missedTicks: 'latest',
      },
    ],
  },
  {
    yaml: "a: { periodic_config: { start_date: '2020,1,1,1,1,1', interval: '0,0,,60' } }",
    read: ({ workflow }) => workflow.jobs[0]?.config.schedules,
    gives: [
      { kind: 'interval', intervalMs: 60_000, startDate: '2020-01-01T01:01:01.000Z', missedTicks: 'latest' },
    ],
  },
  {
    yaml: "periodic_config: { cron: '0 */1 * * * * *' }",
    read: ({ workflow }) => workflow.schedules.map(describeSchedule),
    gives: ['every minute (UTC)'],
  },
  {
    yaml: "periodic_config: { interval: '0,0,1,0' }",
    read: ({ workflow }) => workflow.schedules.map(describeSchedule),
    gives: ['every minute'],
  },
  { yaml: 'a: { job_label_report_interval: 60.0 }', read: own, gives: { labelIntervalMs: 60_000 } },
  {
    yaml: 'a: { platform: local, engine: python, exec_mode: batch, job_name: a }',
    read: own,
    gives: { platform: 'local', engine: 'python', execMode: 'BATCH' },
  },
  { yaml: 'properties: { a: a }', read: ({ workflow }) => workflow.properties, gives: { a: 'a' } },
  {
    yaml: 'dependencies: { jars: [a.jar, b.jar] }',
    read: ({ workflow }) => workflow.dependencies,
    gives: { jars: ['a.jar', 'b.jar'] },
  },
];
