/** What comes to pass of the one job `a`, one step a second. */
interface Step {
  readonly status: string;
  readonly attempt: number;
  readonly reason: string | null;
}

/**
 * The files of a project whose scheduler is a plugin that tells these steps and runs nothing: what a run shows can then
 * be foretold to the second.
 */
export function scriptedScheduler(steps: readonly Step[]): Record<string, string> {
  return {
    'project.yaml':
      'project_name: test\nscheduler: { scheduler_class_name: scripted }\nplugins: ["./plugins/scripted.ts"]\n',
    'plugins/scripted.ts': `import { protocol, registerScheduler } from '@aiflow/core';
const steps = ${JSON.stringify(steps)};
const attempts = [];
let ended = false;
const workflowInfo = { namespace: 'test', workflowName: 'w', properties: {}, snapshotId: '', isPaused: false };
const execution = () => ({
  workflowExecutionId: 'run', workflowInfo, status: ended ? 'FINISHED' : 'RUNNING', reason: null, properties: {},
  context: null, startDate: null, endDate: null,
});
const told = (eventType, key, value, at, context) => ({
  version: at + 1, key, value, eventType, namespace: 'test', sender: 'run', context, createTime: at * 1000,
});
async function* listen() {
  for (const [at, { status, attempt, reason }] of steps.entries()) {
    attempts[attempt - 1] = {
      jobName: 'a', jobExecutionId: 'attempt-' + attempt, attemptNumber: attempt, workflowExecutionId: 'run', status,
      reason, startDate: null, endDate: null, executionLabel: null, logDir: null, values: {}, error: null,
    };
    yield told('JOB_STATUS_CHANGED', 'a', status, at, 'attempt-' + attempt);
  }
  ended = true;
  yield told('WORKFLOW_STATUS_CHANGED', 'w', 'FINISHED', steps.length, null);
}
const scheduler = {
  events: { latestVersion: async () => 0, list: async () => [], listen },
  start: async () => undefined, close: async () => undefined,
  submitWorkflow: async () => workflowInfo,
  startNewWorkflowExecution: async () => execution(),
  getWorkflowExecution: async () => execution(),
  getJobExecutions: async () => [...attempts],
  listJobExecutions: async () => [...attempts],
  stopWorkflowExecution: async () => execution(),
};
registerScheduler({
  kind: 'scheduler', name: 'scripted', package: 'scripted', version: '1.0.0', location: import.meta.url,
  protocol, capabilities: {}, create: () => scheduler,
  options: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
});
`,
  };
}
