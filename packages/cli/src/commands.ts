import type { Command } from './command.ts';

interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** Words that are followed by another one. */
export const groups: Readonly<Record<string, string>> = {
  workflow: 'look at workflows, and end their executions',
  snapshot: 'the snapshots that were stored of a project',
  plugins: 'the plugins that a project can use',
  worker: 'run single attempts for another scheduler',
};

export const commands: Readonly<Record<string, CommandEntry>> = {
  run: {
    summary: 'run a workflow in this process and wait for its end',
    load: async () => (await import('./commands/run.ts')).runWorkflow,
  },
  init: {
    summary: 'make a project that runs at once',
    load: async () => (await import('./commands/init.ts')).init,
  },
  'workflow show': {
    summary: 'print the graph of a workflow, or when its jobs start',
    load: async () => (await import('./commands/workflow-show.ts')).workflowShow,
  },
  'workflow list-executions': {
    summary: 'list the executions of a workflow, newest first',
    load: async () => (await import('./commands/workflow-list-executions.ts')).workflowListExecutions,
  },
  'workflow stop-execution': {
    summary: 'end an execution that a run left open',
    load: async () => (await import('./commands/workflow-stop-execution.ts')).workflowStopExecution,
  },
  'workflow stop-executions': {
    summary: 'end every open execution of a workflow',
    load: async () => (await import('./commands/workflow-stop-executions.ts')).workflowStopExecutions,
  },
  check: {
    summary: 'find every problem of a project and its workflows',
    load: async () => (await import('./commands/check.ts')).check,
  },
  compile: {
    summary: 'print a compiled workflow',
    load: async () => (await import('./commands/compile.ts')).compile,
  },
  schema: {
    summary: 'write JSON schemas of the YAML files, for editors',
    load: async () => (await import('./commands/schema.ts')).schema,
  },
  'snapshot list': {
    summary: 'list the snapshots, newest first',
    load: async () => (await import('./commands/snapshot-list.ts')).snapshotList,
  },
  'snapshot show': {
    summary: 'print what a snapshot holds',
    load: async () => (await import('./commands/snapshot-show.ts')).snapshotShow,
  },
  'snapshot get': {
    summary: 'copy the files of a snapshot into a new directory',
    load: async () => (await import('./commands/snapshot-get.ts')).snapshotGet,
  },
  'snapshot prune': {
    summary: 'remove old snapshots from the store',
    load: async () => (await import('./commands/snapshot-prune.ts')).snapshotPrune,
  },
  'plugins list': {
    summary: 'list the plugins that are installed',
    load: async () => (await import('./commands/plugins-list.ts')).pluginsList,
  },
  'worker run': {
    summary: 'run one attempt of one job, as another scheduler would',
    load: async () => (await import('./commands/worker-run.ts')).workerRun,
  },
  version: {
    summary: 'print the version',
    load: async () => (await import('./commands/version.ts')).version,
  },
};
