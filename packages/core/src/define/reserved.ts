import { AIFlowError } from '../errors.ts';
import { checkName } from '../names.ts';

/** What else stands in a job's working directory. */
const workflowNames: readonly string[] = ['resources', 'dependencies', 'generated', 'project.yaml'];

/** The keys of a workflow's YAML that are no jobs: every other key is the name of a job. */
const reservedJobNames: readonly string[] = [
  'properties',
  'dependencies',
  'periodic_config',
  'workflow',
  'workflow_name',
];

/** Gives the name back of a workflow; throws `name.invalid`. */
export function checkWorkflowName(workflowName: string): string {
  if (!workflowNames.includes(checkName('workflow', workflowName))) return workflowName;
  throw new AIFlowError(
    'name.invalid',
    `workflow name "${workflowName}" is taken: a job finds its workflow's files under that name, beside ${workflowNames.join(', ')}`,
  );
}

/** Gives the name back of a job; throws `name.invalid`. */
export function checkJobName(jobName: string): string {
  if (!reservedJobNames.includes(checkName('job', jobName))) return jobName;
  throw new AIFlowError(
    'name.invalid',
    `job name "${jobName}" is taken: it is a key of the workflow's YAML, where every other key names a job, so call the job something else`,
  );
}
