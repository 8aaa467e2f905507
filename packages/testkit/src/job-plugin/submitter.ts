// A program of its own: submits the attempt that its standard input describes, and waits to be killed.
import { text } from 'node:stream/consumers';
import type { JobPluginFactory } from '@aiflow/core';
import { createTestEnv } from '../host/test-env.ts';
import { createTestHost } from '../host/test-host.ts';
import type { SubmitterOrder } from './submitter-process.ts';
import { submitterMark } from './submitter-process.ts';

delete process.env[submitterMark]; // its jobs must not have it
const order = JSON.parse(await text(process.stdin)) as SubmitterOrder;
const host = await createTestHost({ stateDir: order.stateDir, secrets: order.secrets });
const { job, ...attempt } = order.attempt;
const env = createTestEnv({ host, job, attempt, projectDir: order.projectDir });
const exported = (await import(order.module)) as Readonly<Record<string, unknown>>;
const factory = Object.values(exported).find((value) => isFactory(value, order.pluginName));
if (factory === undefined) {
  throw new Error(
    `${order.module} exports no job plugin "${order.pluginName}": let the suite's "module" name the file that does`,
  );
}
const controller = factory.getJobController();
process.stdout.write('submitting\n');
await controller.submitJob(job, env);
process.stdout.write('submitted\n');
setTimeout(() => process.exit(1), 120_000); // should whoever is to kill it be gone

function isFactory(value: unknown, name: string): value is JobPluginFactory {
  if (typeof value !== 'object' || value === null) return false;
  return Reflect.get(value, 'kind') === 'job' && Reflect.get(value, 'name') === name;
}
