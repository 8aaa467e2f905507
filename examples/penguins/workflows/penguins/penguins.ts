import { defineWorkflow, finished } from '@aiflow/core';
import { bashFile } from '@aiflow/job-bash';
import { python } from '@aiflow/job-python';

// Which penguin is it? From 344 rows of data to a model, its accuracy and a picture of where it errs.
export default defineWorkflow('penguins', (workflow) => {
  const check = workflow.job('check', (job) => {
    job.node(bashFile('resources/check.sh'));
  });

  const clean = workflow.job('clean', (job) => {
    job.node(bashFile('resources/clean.sh'));
  });

  // The classes are in penguins.py beside this file; what they return flows along the inputs.
  const train = workflow.job('train', (job) => {
    const rows = job.node(python('penguins:ReadRows'), { name: 'rows' });
    const [seen, unseen] = job.node(python('penguins:Split', { seed: 2026, held_out: 0.3 }), {
      name: 'split',
      inputs: [rows],
      outputs: 2,
    });
    const model = job.node(python('penguins:Train', { steps: 300, rate: 0.5 }), {
      name: 'model',
      inputs: [seen],
    });
    const predictions = job.node(python('penguins:Predict'), {
      name: 'predictions',
      inputs: [model, unseen],
    });
    const metrics = job.node(python('penguins:Evaluate'), { name: 'metrics', inputs: [predictions] });
    job.node(python('penguins:Save'), { name: 'saved', inputs: [model, predictions, metrics], outputs: 0 });
  });

  const report = workflow.job('report', (job) => {
    job.node(bashFile('resources/report.sh'));
  });

  clean.startWhen(finished(check));
  train.startWhen(finished(clean));
  report.startWhen(finished(train));
});
