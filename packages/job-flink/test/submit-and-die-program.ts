// Submits the attempt that its standard input describes, and kills itself at one of the requests that change something.
import { writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Job, JobRuntimeEnv } from '@aiflow/core';
import { systemClock } from '@aiflow/core';
import { flinkJobPlugin } from '../src/plugin.ts';

interface Order {
  readonly job: Job;
  readonly env: JobRuntimeEnv;
  readonly request: number;
  readonly when: 'before' | 'during' | 'after';
}

const { job, env, request, when } = JSON.parse(await text(process.stdin)) as Order;
const send = globalThis.fetch;
let count = 0;
globalThis.fetch = async (input, init) => {
  const method = init?.method ?? 'GET';
  if (method !== 'GET') count += 1; // what only asks changes nothing, and comes in between often
  if (method === 'GET' || count !== request) return await send(input, init);
  writeSync(1, `${method} ${new URL(String(input)).pathname}\n`);
  if (when === 'before') die();
  const answer = send(input, init);
  if (when === 'during') setTimeout(die, 15); // it is sent by then, and rarely answered
  const response = await answer;
  if (when === 'after') die();
  return response;
};
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
await flinkJobPlugin.getJobController().submitJob(job, {
  ...env,
  clock: systemClock,
  logger: silent,
  secrets: { get: () => null },
  resolveSecrets: (value) => value,
});
writeSync(1, 'submitted\n');
process.exit(0);

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
