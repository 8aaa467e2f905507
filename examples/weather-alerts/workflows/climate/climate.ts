import { defineWorkflow } from '@aiflow/core';
import { bashFile } from '@aiflow/job-bash';
import { months } from '../../weather.ts';

// On the first of a month, at six: the figures of the months that are over. The job looks at all of them, so one run
// makes up for any number that were missed. It publishes `enough_days` whenever 90 more days have come, and
// `whole_year` once.
export default defineWorkflow('climate', (workflow) => {
  workflow.job('months', (job) => {
    job.writeDataset(bashFile('resources/months.sh'), { name: 'months', dataset: months });
  });
  workflow.schedule({ cron: '0 6 1 * *' });
  workflow.limit({ executions: 1 });
});
