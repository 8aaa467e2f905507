import type { Clock, Logger } from '../plugin/host.ts';
import type { PluginRegistry } from '../plugin/registry.ts';
import { environmentSecrets } from '../plugin/secrets.ts';
import { stderrLogger, systemClock } from '../plugin/system-host.ts';
import type { WorkflowInfo } from '../schedule/info.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { buildWorkflow, makeStateDirectory, storeProject, withOverlay } from './build.ts';
import type { Project } from './project-file.ts';
import { openProject } from './project-file.ts';
import type { ProjectHost } from './project-host.ts';
import { openBlobManager, openScheduler } from './project-host.ts';

export interface HostProjectOptions {
  /** By which schedules come round and everything waits; the machine's unless said. */
  readonly clock?: Clock;
  /** Warnings and errors on stderr unless said. */
  readonly logger?: Logger;
  /** What jobs inherit, what `${NAME}` stands for, and where `AIFLOW_HOME` is; this process's unless said. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Takes what definitions and context extractors print; stderr unless said. */
  readonly onOutput?: (text: string) => void;
  readonly registry?: PluginRegistry;
}

/** A project whose workflows act while its scheduler is open in this process. */
export interface HostedProject {
  readonly project: Project;
  /** The project's own, not yet started; whoever hosts the project starts and closes it. */
  readonly scheduler: Scheduler;
  /**
   * Compiles a workflow, stores the project as it is now, and submits both to the scheduler, which must have been
   * started. Throws what is wrong with the definition, and then has stored nothing.
   */
  readonly submit: (
    workflowName: string,
    options?: { readonly signal?: AbortSignal },
  ) => Promise<WorkflowInfo>;
}

/**
 * Opens the project at a directory to be hosted by this process: from `scheduler.start()` to `scheduler.close()` its
 * jobs run here, and the schedules and rules of the workflows that were submitted start and stop executions. Only one
 * process at a time can have started it. Throws what `openProject` and `loadPlugins` throw.
 */
export async function hostProject(
  directory: string,
  options: HostProjectOptions = {},
): Promise<HostedProject> {
  const { environment = process.env, registry } = options;
  const { clock = systemClock, logger = stderrLogger(environment) } = options;
  const project = await openProject(directory, environment);
  const { stateDir } = project;
  const onOutput = options.onOutput ?? ((text: string): void => void process.stderr.write(text));
  const parts: ProjectHost = {
    project,
    host: { clock, logger, secrets: environmentSecrets(environment), stateDir },
    environment,
    onOutput,
    ...(registry && { registry }),
  };
  makeStateDirectory(stateDir);
  const blob = await openBlobManager(parts);
  const { scheduler } = await openScheduler(parts, blob.manager, { startsByItself: true });
  return {
    project,
    scheduler,
    submit: (workflowName, { signal } = {}) =>
      withOverlay(stateDir, async (overlay) => {
        const build = { onOutput, signal, ...(registry && { registry }) };
        const workflow = await buildWorkflow(project, workflowName, overlay, build);
        const context = await storeProject(project, workflow, overlay, blob, build);
        return scheduler.submitWorkflow(workflow, context);
      }),
  };
}
