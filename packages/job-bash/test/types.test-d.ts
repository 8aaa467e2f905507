import { defineWorkflow } from '@aiflow/core';
import { bash } from '@aiflow/job-bash';

// Importing the package is enough for a job's properties and processors to be checked.
defineWorkflow('types', (workflow) => {
  workflow.job(
    'right',
    { type: 'bash', properties: { env: { A: '1' }, shell_options: ['nounset'] } },
    (job) => {
      const first = job.node(bash('echo 1'));
      job.node(bash('echo 2'), { inputs: [first], outputs: 0 });
    },
  );
  // @ts-expect-error -- no such option of bash
  workflow.job('option', { type: 'bash', properties: { shell_options: ['posix'] } }, () => undefined);
  // @ts-expect-error -- the values of variables are texts
  workflow.job('number', { type: 'bash', properties: { env: { A: 1 } } }, () => undefined);
  workflow.job('foreign', { type: 'bash' }, (job) => {
    // @ts-expect-error -- a processor of another plugin
    job.node({ jobType: 'python', kind: 'PythonProcessor', params: {} });
  });
});
