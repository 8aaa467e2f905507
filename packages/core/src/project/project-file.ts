import { readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Problem } from '../errors.ts';
import { AIFlowError, errorCode, messageOf, problemsError } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { isName, nameRule } from '../names.ts';
import type { Locate } from '../plugin/options.ts';
import { projectFileName, stateDirectory } from './layout.ts';
import type { Report } from './report.ts';
import { reportUnknown } from './report.ts';
import type { ConfigFile } from './yaml.ts';
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
  readonly stateDir: string;
  readonly locate: Locate;
}

const knownKeys = [
  'project_name',
  'blob',
  'scheduler',
  'plugins',
  'server_uri',
  'notification_server_uri',
  'properties',
];

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
  const file = await parseYaml(text, join(projectDir, projectFileName));
  const problems: Problem[] = [];
  const report: Report = (path, message) => {
    problems.push({ ...file.locate(path), key: path.join('.'), message });
  };
  reportUnknown(file.value, knownKeys, [], report);
  const projectName = file.value['project_name'];
  if (typeof projectName !== 'string' || !isName(projectName)) {
    report(['project_name'], `"project_name" must be ${nameRule}${shown(projectName)}`);
  }
  const project: Project = {
    projectDir,
    projectName: typeof projectName === 'string' ? projectName : '',
    blob: choice(file, 'blob', 'blob_manager_class', 'blob_manager_config', report),
    scheduler: choice(file, 'scheduler', 'scheduler_class_name', 'scheduler_config', report),
    plugins: texts(file.value['plugins'], report),
    stateDir: stateDirectory(projectDir, environment),
    locate: file.locate,
  };
  if (problems.length > 0) throw problemsError('config.invalid', problems);
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
    return readFileSync(join(projectDir, projectFileName), 'utf8');
  } catch (error) {
    const reason =
      errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR' ? 'there is none' : messageOf(error);
    throw new AIFlowError(
      'project.not_found',
      `expected a ${projectFileName} in ${projectDir}, and ${reason}: name the project with --project, or make one with "aiflow init"`,
      { context: { projectDir }, cause: error },
    );
  }
}

function choice(
  file: ConfigFile,
  key: string,
  classKey: string,
  configKey: string,
  report: Report,
): PluginChoice {
  const section = file.value[key] ?? {};
  const fallback: PluginChoice = { className: 'local', config: {}, keys: [key, configKey] };
  if (!isJsonObject(section)) {
    report([key], `"${key}" must be a mapping with "${classKey}" and "${configKey}"${shown(section)}`);
    return fallback;
  }
  reportUnknown(section, [classKey, configKey], [key], report);
  const className = section[classKey] ?? fallback.className;
  const config = section[configKey] ?? {};
  if (typeof className !== 'string' || className === '') {
    report(
      [key, classKey],
      `"${key}.${classKey}" must name a plugin, such as "local" or "@aiflow/${key}-local"${shown(className)}`,
    );
  }
  if (!isJsonObject(config))
    report([key, configKey], `"${key}.${configKey}" must be a mapping${shown(config)}`);
  return {
    className: typeof className === 'string' ? className : fallback.className,
    config: isJsonObject(config) ? config : {},
    keys: fallback.keys,
  };
}

function texts(value: Json | undefined, report: Report): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  report(['plugins'], '"plugins" must be a list of package names and files, such as "./plugins/my_job.ts"');
  return [];
}

function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return ' (it is missing)';
  if (typeof value === 'object') return Array.isArray(value) ? ' (found a list)' : ' (found a mapping)';
  return ` (found ${JSON.stringify(typeof value === 'string' ? value.slice(0, 40) : value)})`;
}
