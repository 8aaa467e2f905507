import { all, defineWorkflow, finished } from '@aiflow/core';
import { bash, bashFile } from '@aiflow/job-bash';
import { flinkJava, flinkPython, flinkSql } from '@aiflow/job-flink';

/** 200,000 flights: how late they arrive by hour of departure, which hours are the worst, and how far it matters. */
export default defineWorkflow('flights', (workflow) => {
  const prepare = workflow.job('prepare', (job) => {
    job.node(bashFile('resources/prepare.sh'), { name: 'flights' });
  });
  const delays = workflow.job('delays', (job) => {
    job.node(flinkSql({ file: 'workflows/flights/delays.sql' }), { name: 'delays' });
  });
  const worst = workflow.job('worst', (job) => {
    const shared = '${AIFLOW_EXECUTION_DIR}';
    const args = [`${shared}/delays`, `${shared}/worst`, '3'];
    job.node(flinkJava({ mainJarFile: 'flights.jar', entryClass: 'flights.WorstHours', args }), {
      name: 'worst',
    });
  });
  const parts = workflow.job('parts', (job) => {
    const hours = job.node(flinkPython('parts:ReadHours'), { name: 'hours' });
    job.node(flinkPython('parts:PartsOfTheDay', { late: 0.25 }), { name: 'parts', inputs: [hours] });
  });
  const report = workflow.job('report', (job) => {
    job.node(bash('cat "$AIFLOW_EXECUTION_DIR"/worst/* && cat "$AIFLOW_EXECUTION_DIR/parts.txt"'), {
      name: 'report',
    });
  });

  delays.startWhen(finished(prepare));
  worst.startWhen(finished(delays));
  parts.startWhen(finished(delays));
  report.startWhen(all(finished(worst), finished(parts)));
});
