import { all, defineWorkflow, event } from '@aiflow/core';
import { python } from '@aiflow/job-python';
import { days, namespace, night } from '../../weather.ts';

// A year has to be over, which stays true (REPEATED); from then on every event of enough new days trains anew.
export default defineWorkflow('forecast', (workflow) => {
  workflow.job('train', (job) => {
    const rows = job.readDataset(python('forecast:ReadDays'), { name: 'days', dataset: days });
    const [seen, unseen] = job.transform(python('forecast:Split', { unseen_months: 3 }), {
      name: 'split',
      inputs: [rows],
      outputs: 2,
    });
    const trained = job.train(python('forecast:Train'), {
      name: 'trained',
      model: night,
      inputs: [seen],
      outputs: 1,
    });
    const judged = job.evaluate(python('forecast:Evaluate'), {
      name: 'judged',
      model: night,
      inputs: [trained, unseen],
      outputs: 1,
    });
    job.modelValidate(python('forecast:Publish'), {
      name: 'published',
      model: night,
      inputs: [trained, judged],
    });
  });
  const yearIsOver = event({ key: 'whole_year', namespace, life: 'REPEATED' });
  workflow.startWhen(all(yearIsOver, event({ key: 'enough_days', namespace })));
  workflow.limit({ executions: 1 });
});
