import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Job,
  JobController,
  JobGenerator,
  JobHandle,
  JobPluginFactory,
  JobRuntimeEnv,
  Json,
} from '@aiflow/core';
import { errorCode } from '@aiflow/core';
import { holdersOf } from '../../src/processes/token.ts';
import { carelessPlugin } from './careless-plugin.ts';
import { ReferenceController } from './job-controller.ts';
import { referencePlugin } from './job-plugin.ts';

/** A plugin with one promise broken, and the cases that must notice. */
export interface JobMutant {
  readonly breaks: string;
  readonly factory: JobPluginFactory;
  readonly module?: URL;
  /**
   * What it concerns, where that is not the life of a job: such mutants are held against the cases of the generator
   * alone, and only those that concern a killed process against the cases that cost a process each.
   */
  readonly concerns?: 'generator' | 'crash';
  readonly fails: readonly string[];
}

const secret = 'AIFLOW_CONFORMANCE_SECRET';

function generator(mutate: (good: JobGenerator) => JobGenerator['generate']): JobPluginFactory {
  const generate = mutate(referencePlugin.getJobGenerator());
  return { ...referencePlugin, getJobGenerator: () => ({ generate }) };
}

function plan(
  change: (plan: Readonly<Record<string, Json>>, resourceDir: string) => unknown,
): JobPluginFactory {
  return generator((good) => async (subGraph, resourceDir) => {
    const job = await good.generate(subGraph, resourceDir);
    return { ...job, plan: change(job.plan as Readonly<Record<string, Json>>, resourceDir) as Json };
  });
}

function controller(mutate: (good: JobController) => Partial<JobController>): JobPluginFactory {
  return {
    ...referencePlugin,
    getJobController: () => Object.assign(new ReferenceController(), mutate(new ReferenceController())),
  };
}

function handle(change: (handle: JobHandle, env: JobRuntimeEnv) => JobHandle): JobPluginFactory {
  return controller((good) => ({
    submitJob: async (job, env) => change(await good.submitJob(job, env), env),
  }));
}

function scriptText(change: (text: string, env: JobRuntimeEnv) => string): JobPluginFactory {
  return controller((good) => ({
    submitJob: async (job: Job, env) => {
      const before = job.plan as { script: string };
      return await good.submitJob({ ...job, plan: { ...before, script: change(before.script, env) } }, env);
    },
  }));
}

/** As the original did: the group that a process leads, and where it leads none that process. */
function killGroup(pid: number): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch (error) {
      if (errorCode(error) !== 'ESRCH') throw error; // there is no such group, or another stop was quicker
    }
  }
}

const submittedHere = new Set<string>();
let number = 0;

export const jobMutants: readonly JobMutant[] = [
  {
    breaks: 'the plan is never the same',
    concerns: 'generator',
    factory: plan((good) => ({ ...good, number: (number += 1) })),
    fails: ['generates the same job and the same files from the same sub-graph'],
  },
  {
    breaks: 'the files are never the same',
    concerns: 'generator',
    factory: generator((good) => async (subGraph, resourceDir) => {
      const job = await good.generate(subGraph, resourceDir);
      await writeFile(join(resourceDir, 'number'), String((number += 1)));
      return job;
    }),
    fails: ['generates the same job and the same files from the same sub-graph'],
  },
  {
    breaks: 'the plan is not plain JSON',
    concerns: 'generator',
    factory: plan((good) => ({ ...good, when: new Date(0) })),
    fails: ['generates a job of plain JSON that carries its configuration, platform and engine'],
  },
  {
    breaks: 'the plan names a directory of this machine',
    concerns: 'generator',
    factory: plan((good) => ({ ...good, from: process.cwd() })),
    fails: ['generates nothing that names a directory of this machine'],
  },
  {
    breaks: 'the plan holds a secret',
    concerns: 'generator',
    factory: plan((good) => ({ ...good, token: process.env[secret] ?? null })),
    fails: ['generates no secret: a reference stays a reference'],
  },
  {
    breaks: 'any processor will do',
    concerns: 'generator',
    factory: generator((good) => async (subGraph, resourceDir) => {
      const nodes = subGraph.nodes.map((node) => ({
        ...node,
        processor: {
          jobType: 'reference',
          kind: 'script',
          params: { script: 'true', ...node.processor.params },
        },
      }));
      return await good.generate({ ...subGraph, nodes }, resourceDir);
    }),
    fails: [
      'refuses a processor of another plugin with job.invalid_graph',
      'refuses a kind of processor that it does not know with job.invalid_graph',
    ],
  },
  {
    breaks: 'a failed job is thrown',
    factory: controller((good) => ({
      getResult: async (job, options) => {
        const result = await good.getResult(job, options);
        if (result?.status === 'FAILED') throw new Error('the job has failed');
        return result;
      },
    })),
    fails: [
      'a job that fails is a result with an error, and nothing is thrown',
      'a result can be read again, and by another controller',
      'two attempts side by side have each their own end',
      'a stop after the end leaves the result as it was',
      'cleanupJob keeps the logs, and a second one does nothing',
      'findJob of another controller gives the handle of a job that has ended, with its result',
    ],
  },
  {
    breaks: 'values are lost',
    factory: controller((good) => ({
      getResult: async (job, options) => {
        const result = await good.getResult(job, options);
        return result === null ? null : { ...result, values: {} };
      },
    })),
    fails: ['a job that succeeds ends FINISHED with the values of its nodes'],
  },
  {
    breaks: 'getResult always blocks',
    factory: controller((good) => ({
      getResult: async (job, options) => await good.getResult(job, { ...options, blocking: true }),
    })),
    fails: ['getResult that is not blocking gives null at once while the job runs'],
  },
  {
    breaks: 'a result can be read once',
    factory: controller((good) => {
      const read = new Set<string>();
      return {
        getResult: async (job, options) => {
          if (read.has(job.attemptId)) throw new Error('already read');
          const result = await good.getResult(job, options);
          if (result !== null) read.add(job.attemptId);
          return result;
        },
      };
    }),
    fails: [
      'a result can be read again, and by another controller',
      'a stop after the end leaves the result as it was',
    ],
  },
  {
    breaks: 'the status is always RUNNING',
    factory: controller(() => ({ getJobStatus: async () => 'RUNNING' })),
    fails: [
      'a job that succeeds ends FINISHED with the values of its nodes',
      'a job that fails is a result with an error, and nothing is thrown',
      'stopJob resolves when the job has ended, KILLED and without an error',
      'a stop after the end leaves the result as it was',
      'stopJob resolves only when no process of the job is left, wherever it fled to',
    ],
  },
  {
    breaks: 'a signal is not heard',
    factory: controller((good) => ({
      getResult: async (job, { env, blocking }) => await good.getResult(job, { env, blocking }),
    })),
    fails: ['a signal ends the wait of getResult with its reason, and not the job'],
  },
  {
    breaks: 'a signal ends the job',
    factory: controller((good) => ({
      getResult: async (job, options) => {
        try {
          return await good.getResult(job, options);
        } catch (error) {
          await good.stopJob(job, options.env);
          throw error;
        }
      },
    })),
    fails: ['a signal ends the wait of getResult with its reason, and not the job'],
  },
  {
    breaks: 'the handle is of no attempt',
    factory: handle((good) => ({ ...good, attemptId: 'unknown' })),
    fails: ['a handle is plain JSON that names the plugin and the attempt'],
  },
  {
    breaks: 'the handle holds a secret',
    factory: handle((good, env) => ({
      ...good,
      data: { ...(good.data as object), token: env.environment[secret] ?? null },
    })),
    fails: ['no secret is in a handle, in a log line or on a command line'],
  },
  {
    breaks: 'a secret is logged',
    factory: controller((good) => ({
      submitJob: async (job, env) => {
        env.logger.info('environment', { token: env.environment[secret] ?? null });
        return await good.submitJob(job, env);
      },
    })),
    fails: ['no secret is in a handle, in a log line or on a command line'],
  },
  {
    breaks: 'a secret is on a command line',
    factory: scriptText((text, env) =>
      text.startsWith('sleep') ? `sh -c 'sleep 300; :' ${env.environment[secret]}` : text,
    ),
    fails: ['no secret is in a handle, in a log line or on a command line'],
  },
  {
    breaks: 'the controller knows its jobs by memory',
    factory: controller((good) => {
      const handles = new WeakSet<JobHandle>();
      const known = (job: JobHandle): JobHandle => {
        if (!handles.has(job)) throw new Error('unknown handle');
        return job;
      };
      return {
        submitJob: async (job, env) => {
          const made = await good.submitJob(job, env);
          handles.add(made);
          return made;
        },
        getResult: async (job, options) => await good.getResult(known(job), options),
      };
    }),
    fails: [
      'a result can be read again, and by another controller',
      'a handle that was written down and read again works with another controller',
      'findJob of another controller gives the handle of a job that has ended, with its result',
    ],
  },
  {
    breaks: 'a stop does not wait',
    factory: controller((good) => ({
      stopJob: async (job, env) => void good.stopJob(job, env),
    })),
    fails: [
      'stopJob resolves when the job has ended, KILLED and without an error',
      'stopJob resolves only when no process of the job is left, wherever it fled to',
    ],
  },
  {
    breaks: 'a stop ends one process only',
    factory: controller((good) => ({
      stopJob: async (job, env) => {
        if ((await good.getJobStatus(job, env)) !== 'RUNNING') return;
        await writeFile(join(env.stateDir, 'stopping'), '');
        const [first] = holdersOf(env.attemptId);
        if (first === undefined) return;
        killGroup(first.pid);
        // The rest of that group needs a moment to be gone; what has fled from it stays.
        const end = env.clock.monotonic() + 1000;
        while (holdersOf(env.attemptId).length > 0 && env.clock.monotonic() < end) await env.clock.sleep(20);
      },
    })),
    fails: ['stopJob resolves only when no process of the job is left, wherever it fled to'],
  },
  {
    breaks: 'a stop ends the jobs of others',
    factory: controller((good) => {
      const envs: JobRuntimeEnv[] = [];
      return {
        submitJob: async (job, env) => {
          envs.push(env);
          return await good.submitJob(job, env);
        },
        stopJob: async (job, env) => {
          for (const each of new Set([env, ...envs])) await good.stopJob(job, each);
        },
      };
    }),
    fails: ['stopJob of one attempt leaves the processes of another alone'],
  },
  {
    breaks: 'a second stop throws',
    factory: controller((good) => ({
      stopJob: async (job, env) => {
        if ((await good.getJobStatus(job, env)) === 'KILLED') throw new Error('already stopped');
        await good.stopJob(job, env);
      },
    })),
    fails: ['a second stop does nothing, also at the same time and from another controller'],
  },
  {
    breaks: 'a stop after the end makes it KILLED',
    factory: controller((good) => ({
      stopJob: async (job, env) => {
        await good.stopJob(job, env);
        await writeFile(join(env.stateDir, 'stopping'), '');
      },
    })),
    fails: ['a stop after the end leaves the result as it was'],
  },
  {
    breaks: 'a clean-up removes the logs',
    factory: controller(() => ({
      cleanupJob: async (_, env) => rmSync(env.logDir, { recursive: true, force: true }),
    })),
    fails: ['cleanupJob keeps the logs, and a second one does nothing'],
  },
  {
    breaks: 'a second clean-up throws',
    factory: controller(() => ({
      cleanupJob: async (_, env) => rmSync(env.outboxDir, { recursive: true }),
    })),
    fails: [
      'cleanupJob keeps the logs, and a second one does nothing',
      'cleanupJob works from another controller and after a stop',
    ],
  },
  {
    breaks: 'findJob finds what never began',
    factory: controller((good) => ({
      findJob: async (job, env) => {
        const found = await good.findJob(job, env);
        const { nodeId } = job.plan as { nodeId: string };
        const { attemptId } = env;
        return (
          found ?? {
            jobType: 'reference',
            plugin: 'reference-plugin',
            version: '1.2.3',
            attemptId,
            data: { nodeId },
          }
        );
      },
    })),
    fails: ['findJob gives null for an attempt that never began'],
  },
  {
    breaks: 'findJob finds only what this process submitted',
    concerns: 'crash',
    factory: controller((good) => ({
      submitJob: async (job, env) => {
        submittedHere.add(env.attemptId);
        return await good.submitJob(job, env);
      },
      findJob: async (job, env) => (submittedHere.has(env.attemptId) ? await good.findJob(job, env) : null),
    })),
    fails: [
      'a job goes on when the process that submitted it is killed, and findJob finds it',
      'a job that ends after the process that submitted it was killed is found with its result',
      'when the process is killed in the middle of submitting, the job is found or has never begun',
    ],
  },
  {
    breaks: 'processes do not carry the token of their attempt',
    factory: scriptText((text) =>
      text.includes('aiflow-tree')
        ? `sed 's/"$AIFLOW_ATTEMPT_ID"/none/' resources/aiflow-tree.sh > tree.sh; sh tree.sh`
        : text,
    ),
    fails: ['every process of a job carries AIFLOW_ATTEMPT_ID in its environment'],
  },
  {
    breaks: 'submitJob resolves before the job can be found',
    concerns: 'crash',
    factory: referencePlugin,
    module: new URL('./late-plugin.ts', import.meta.url),
    fails: [
      'a job goes on when the process that submitted it is killed, and findJob finds it',
      'a job that ends after the process that submitted it was killed is found with its result',
    ],
  },
  {
    breaks: 'what is killed while it submits is lost',
    concerns: 'crash',
    factory: carelessPlugin,
    module: new URL('./careless-plugin.ts', import.meta.url),
    fails: ['when the process is killed in the middle of submitting, the job is found or has never begun'],
  },
];
