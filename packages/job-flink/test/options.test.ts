import { expect, test } from 'vitest';
import { flinkPropertiesSchema, readProperties } from '../src/options.ts';
import type { FlinkPlan } from '../src/plan.ts';
import { chooseWay } from '../src/way.ts';

test('what is left out gets its default', () => {
  expect(readProperties({})).toEqual({
    flink_stop_args: [],
    stop_mode: 'cancel',
    allow_non_restored_state: false,
    flink_conf: {},
    env: {},
    python_executable_path: 'python3',
    result_rows: 100,
    unreachable_seconds: 600,
    stop_grace_seconds: 5,
  });
});

test.each([
  [{ job_manager: 'x' }],
  [{ run_mode: 'session' }],
  [{ run_mode: 'cluster' }],
  [{ run_mode: 'local', jobmanager: 'flink:8081' }],
  [{ jobmanager: 'http://user:word@flink:8081' }],
  [{ jobmanager: 'ftp://flink' }],
  [{ jobmanager: '' }],
  [{ sql_gateway: 'flink:8083' }],
  [{ flink_run_args: ['-t', 'kubernetes-application'] }],
  [{ flink_run_args: '-t remote' }],
  [{ stop_mode: 'kill' }],
  [{ parallelism: 0 }],
  [{ parallelism: 1.5 }],
  [{ flink_conf: { 'a.b': 1 } }],
  [{ env: { AIFLOW_ATTEMPT_ID: 'x' } }],
  [{ result_rows: -1 }],
  [{ unreachable_seconds: -1 }],
  [{ stop_grace_seconds: '5' }],
])('%j is refused', async (properties) => {
  expect((await flinkPropertiesSchema['~standard'].validate(properties)).issues).toHaveLength(1);
});

test.each([
  [{ jobmanager: 'flink:8081' }],
  [{ jobmanager: 'https://proxy.example/flink', sql_gateway: 'http://flink:8083' }],
  [{ run_mode: 'cluster', flink_run_args: ['-t', 'yarn-session'] }],
  [{ jobmanager: 'flink:8081', flink_run_args: ['-t', 'kubernetes-application'] }],
  [{ run_mode: 'local', savepoint: 'last' }],
])('%j is accepted', async (properties) => {
  expect((await flinkPropertiesSchema['~standard'].validate(properties)).issues).toBeUndefined();
});

const java: FlinkPlan = {
  format: 1,
  kind: 'java',
  node: 'n',
  mainJarFile: 'a.jar',
  entryClass: null,
  args: [],
};
const sql: FlinkPlan = {
  format: 1,
  kind: 'tables',
  nodes: [{ id: 'n', outputs: 1, inputs: [], kind: 'sql', script: { statements: 'SELECT 1' } }],
};
const python: FlinkPlan = {
  format: 1,
  kind: 'tables',
  nodes: [{ id: 'n', outputs: 1, inputs: [], kind: 'python', module: 'm', class: 'C', config: {} }],
};
const jobmanager = 'flink:8081';

test.each([
  [java, { jobmanager }, 'rest'],
  [java, { jobmanager, flink_run_args: ['-d'] }, 'client'],
  [java, { flink_run_args: ['-t', 'yarn-session'] }, 'client'],
  [sql, { jobmanager, sql_gateway: 'flink:8083' }, 'gateway'],
  [sql, { jobmanager }, 'client'],
  [sql, {}, 'local'],
  [python, { jobmanager, sql_gateway: 'flink:8083' }, 'client'],
  [python, { run_mode: 'local' }, 'local'],
])('%j with %j goes by %s', (plan, properties, way) => {
  expect(chooseWay(plan, properties)).toBe(way);
});
