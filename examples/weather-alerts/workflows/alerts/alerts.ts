import { defineWorkflow, event } from '@aiflow/core';
import { python } from '@aiflow/job-python';
import { dayKey, days, namespace, night } from '../../weather.ts';

// After snow: will it freeze in the coming night? Each such day is an execution of its own, with the date as context.
export default defineWorkflow('alerts', (workflow) => {
  workflow.job('warn', (job) => {
    const rows = job.readDataset(python('alerts:ReadDay'), { name: 'day', dataset: days });
    job.predict(python('alerts:Warn'), { name: 'outlook', model: night, inputs: [rows] });
  });
  workflow.startWhen(event({ key: dayKey, eventType: 'snow', namespace }));
  workflow.extractContext({ field: 'value', pointer: '/date' });
});
