import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AIFlowError, errorCode, isAIFlowError, messageOf } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Locate } from '../plugin/options.ts';
import { projectFileName, stateDirectory } from './layout.ts';
import { checkConfig, readConfigText } from './read-config.ts';
import { parseYaml } from './yaml.ts';

/** Which plugin a project chose for something, and the options that it gives it. */
export interface PluginChoice {
  /** As it was written: a short name, a package, or one of AIFlow's Python paths. */
  readonly className: string;
  readonly config: JsonObject;
  /** The keys before the options in the file. */
  readonly keys: readonly string[];
}

/** A project as its `project.yaml` describes it. */
export interface Project {
  /** Absolute, links resolved. */
  readonly projectDir: string;
  readonly projectName: string;
  readonly blob: PluginChoice;
  readonly scheduler: PluginChoice;
  /** Packages and files (`./…`) whose plugins it uses beside those of its dependencies. */
  readonly plugins: readonly string[];
  /** Where its server and the server of events are; null where it does not say. */
  readonly serverUri: string | null;
  readonly notificationServerUri: string | null;
  readonly properties: JsonObject;
  readonly stateDir: string;
  readonly locate: Locate;
}

/**
 * Reads the project at a directory. Throws `project.not_found` when there is no `project.yaml` in it, and
 * `config.invalid` with every problem of that file at once.
 */
export async function openProject(
  directory: string,
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<Project> {
  const text = readProjectFile(resolve(directory));
  const projectDir = realpathSync(directory); // module loading sees real paths, so everything else does too
  const { projectFileSchema } = await import('./schemas/project.ts');
  const file = await parseYaml(text, join(projectDir, projectFileName));
  const keys = await checkConfig(file, projectFileSchema);
  const project: Project = {
    projectDir,
    projectName: keys.project_name,
    blob: {
      className: keys.blob?.blob_manager_class ?? 'local',
      config: keys.blob?.blob_manager_config ?? {},
      keys: ['blob', 'blob_manager_config'],
    },
    scheduler: {
      className: keys.scheduler?.scheduler_class_name ?? 'local',
      config: keys.scheduler?.scheduler_config ?? {},
      keys: ['scheduler', 'scheduler_config'],
    },
    plugins: keys.plugins ?? [],
    serverUri: keys.server_uri ?? null,
    notificationServerUri: keys.notification_server_uri ?? null,
    properties: keys.properties ?? {},
    stateDir: stateDirectory(projectDir, environment),
    locate: file.locate,
  };
  if (project.stateDir === projectDir) {
    throw new AIFlowError(
      'state.is_project',
      `AIFLOW_HOME is the project itself (${projectDir}), whose files would mix with its state: name a directory of its own`,
    );
  }
  return project;
}

function readProjectFile(projectDir: string): string {
  try {
    return readConfigText(join(projectDir, projectFileName));
  } catch (error) {
    if (isAIFlowError(error)) throw error;
    const reason =
      errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR' ? 'there is none' : messageOf(error);
    throw new AIFlowError(
      'project.not_found',
      `expected a ${projectFileName} in ${projectDir}, and ${reason}: name the project with --project, or make one with "aiflow init"`,
      { context: { projectDir }, cause: error },
    );
  }
}
