// A process of its own that holds a scheduler, for tests that kill it: `node holder-process.ts STATE_DIR`. It
// submits workflows, starts executions and publishes events without end, and prints what was acknowledged.
import { errorCode, messageOf, systemClock } from '@aiflow/core';
import { createScriptedRunner, createTestHost } from '@aiflow/testkit';
import { localScheduler } from '../src/plugin.ts';
import { context, project, workflowOf } from './workflow.ts';

const [stateDir = ''] = process.argv.slice(2);
const host = await createTestHost({ stateDir, clock: systemClock });
const scheduler = localScheduler.create(
  { database: 'scheduler.db', max_running_jobs: 4, pools: {} },
  { ...host, runner: createScriptedRunner() },
);
try {
  await scheduler.start();
} catch (error) {
  console.log(JSON.stringify({ error: errorCode(error), message: messageOf(error) }));
  process.exit(3);
}
console.log(JSON.stringify({ started: process.pid }));
for (let round = 0; ; round += 1) {
  const workflowName = `workflow_${round}`;
  await scheduler.submitWorkflow(workflowOf(workflowName, ['a', 'b', 'c']), context);
  console.log(JSON.stringify({ workflowName }));
  const execution = await scheduler.startNewWorkflowExecution(project, workflowName);
  console.log(JSON.stringify({ executionId: execution?.workflowExecutionId }));
  const [event] = await scheduler.events.publish([
    { key: 'round', value: String(round), sender: 'holder', sequence: round },
  ]);
  console.log(JSON.stringify({ version: event?.version, round }));
}
