import { dataset, defineWorkflow, finished, model } from '@aiflow/core';
import { bash, bashFile } from '@aiflow/job-bash';
import { python } from '@aiflow/job-python';

const raw = dataset({ name: 'raw', uri: 'resources/penguins.json', format: 'json' });

// What the jobs write under a relative path lies in the execution's directory, where the jobs behind them find it.
const measured = dataset({
  name: 'measured',
  uri: 'penguins.csv',
  format: 'csv',
  schema: [
    { name: 'species', type: 'STRING' },
    { name: 'island', type: 'STRING' },
    { name: 'sex', type: 'STRING' },
    { name: 'beak_length_mm', type: 'FLOAT64' },
    { name: 'beak_depth_mm', type: 'FLOAT64' },
    { name: 'flipper_length_mm', type: 'FLOAT64' },
    { name: 'body_mass_g', type: 'FLOAT64' },
  ],
});
const predicted = dataset({ name: 'predicted', uri: 'predictions.csv', format: 'csv' });
const judged = dataset({ name: 'judged', uri: 'metrics.json', format: 'json' });

const penguins = model({ name: 'penguins', type: 'softmax' });

// Which penguin is it? From 344 rows of data to a model, its accuracy and a picture of where it errs.
export default defineWorkflow('penguins', (workflow) => {
  const check = workflow.job('check', (job) => {
    job.readDataset(bashFile('resources/check.sh'), { name: 'rows', dataset: raw });
  });

  // Between bash nodes flows a line of text: here the path of the data.
  const clean = workflow.job('clean', (job) => {
    const path = job.readDataset(bash('echo "$AIFLOW_DATASET_URI"'), { name: 'raw', dataset: raw });
    job.writeDataset(bashFile('resources/clean.sh'), { name: 'kept', dataset: measured, inputs: [path] });
  });

  // The classes are in penguins.py beside this file; what they return flows along the inputs.
  const train = workflow.job('train', (job) => {
    const rows = job.readDataset(python('penguins:ReadRows'), { name: 'rows', dataset: measured });
    const [seen, unseen] = job.transform(python('penguins:Split', { seed: 2026, held_out: 0.3 }), {
      name: 'split',
      inputs: [rows],
      outputs: 2,
    });
    const trained = job.train(python('penguins:Train', { steps: 300, rate: 0.5 }), {
      name: 'model',
      model: penguins,
      inputs: [seen],
      outputs: 1,
    });
    const predictions = job.predict(python('penguins:Predict'), {
      name: 'predictions',
      model: penguins,
      inputs: [trained, unseen],
    });
    const metrics = job.evaluate(python('penguins:Evaluate'), {
      name: 'metrics',
      model: penguins,
      inputs: [predictions],
      outputs: 1,
    });
    job.writeDataset(python('penguins:Write'), {
      name: 'predicted',
      dataset: predicted,
      inputs: [predictions],
    });
    job.writeDataset(python('penguins:Write'), { name: 'judged', dataset: judged, inputs: [metrics] });
    job.modelValidate(python('penguins:Validate', { least_accuracy: 0.9 }), {
      name: 'validated',
      model: penguins,
      inputs: [metrics],
    });
  });

  const report = workflow.job('report', (job) => {
    job.node(bashFile('resources/report.sh'));
  });

  clean.startWhen(finished(check));
  train.startWhen(finished(clean));
  report.startWhen(finished(train));
});
