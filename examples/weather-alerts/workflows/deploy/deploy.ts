import { defineWorkflow, modelVersion } from '@aiflow/core';
import { bashFile } from '@aiflow/job-bash';
import { namespace, night } from '../../weather.ts';

// What another workflow found to be better is deployed: the event's value, the version, is the execution's context.
export default defineWorkflow('deploy', (workflow) => {
  workflow.job('deploy', (job) => {
    job.pushModel(bashFile('resources/deploy.sh'), { name: 'deployed', model: night });
  });
  workflow.startWhen(modelVersion(night, { event: 'MODEL_VALIDATED', namespace }));
  workflow.extractContext({ field: 'value' });
  workflow.limit({ executions: 1 });
});
