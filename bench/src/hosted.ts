// A scheduler in a process of its own, for benches that kill it: `node hosted.ts PROJECT_DIR RUNNING`. Starts an
// execution of the workflow `bench`, and prints its id when so many jobs run.
import { hostProject, statusEventTypes } from '@aiflow/core';

const [projectDir = '', running = ''] = process.argv.slice(2);
const { scheduler, submit } = await hostProject(projectDir);
await scheduler.start();
await submit('bench');
const afterVersion = await scheduler.events.latestVersion();
const execution = await scheduler.startNewWorkflowExecution('bench', 'bench');
const filter = { eventType: statusEventTypes.job, afterVersion };
let left = Number(running);
for await (const { value } of scheduler.events.listen(filter, { signal: new AbortController().signal })) {
  if (value === 'RUNNING') left -= 1;
  if (left === 0) console.log(execution?.workflowExecutionId);
}
