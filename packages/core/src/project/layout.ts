import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AIFlowError, errorCode, messageOf } from '../errors.ts';
import { checkName } from '../names.ts';
import { nearest } from '../plugin/nearest.ts';

export const projectFileName = 'project.yaml';
const definitionExtensions = ['.ts', '.mts', '.js', '.mjs'];

/** Where the state of a project goes, absolute: `$AIFLOW_HOME`, or `.aiflow` in the project. */
export function stateDirectory(
  projectDir: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const home = environment['AIFLOW_HOME'];
  return home === undefined || home === '' ? join(projectDir, '.aiflow') : resolve(home);
}

/** The names of the workflows that a project has, sorted: directories that hold a definition of their own name. */
export function listWorkflows(projectDir: string): string[] {
  const directory = join(projectDir, 'workflows');
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
  return names.filter((name) => definitionFiles(projectDir, name).some(isFile)).sort();
}

/**
 * The file that defines a workflow. Throws `workflow.not_found`, naming the workflows that there are,
 * `workflow.python` when there is only AIFlow's own definition, and `workflow.not_a_file` when something else than a
 * file stands in its place.
 */
export function findDefinition(projectDir: string, workflowName: string): string {
  checkName('workflow', workflowName);
  const candidates = definitionFiles(projectDir, workflowName);
  const [found, other] = candidates.filter(isFile);
  if (found !== undefined && other !== undefined) {
    throw new AIFlowError(
      'workflow.ambiguous',
      `workflow "${workflowName}" has two definitions, ${found} and ${other}: keep one`,
      {
        context: { workflowName },
      },
    );
  }
  if (found !== undefined) return found;
  const blocked = candidates.find((file) => statSync(file, { throwIfNoEntry: false }) !== undefined);
  if (blocked !== undefined) {
    throw new AIFlowError(
      'workflow.not_a_file',
      `expected a file that defines workflow "${workflowName}" at ${blocked}, found something else`,
      {
        context: { path: blocked },
      },
    );
  }
  const python = join('workflows', workflowName, `${workflowName}.py`);
  if (isFile(join(projectDir, python))) {
    throw new AIFlowError(
      'workflow.python',
      `workflow "${workflowName}" is defined in Python, by ${python}: write it anew as ${workflowName}.ts beside it; ` +
        '"From AIFlow\'s Python" in docs/define-a-workflow.md shows how',
      { context: { workflowName, projectDir } },
    );
  }
  const known = listWorkflows(projectDir);
  const suggestion = nearest(workflowName, known);
  const hint =
    suggestion !== null
      ? `did you mean "${suggestion}"?`
      : known.length > 0
        ? `the workflows of this project are ${known.join(', ')}`
        : 'this project has no workflow yet';
  throw new AIFlowError(
    'workflow.not_found',
    `workflow "${workflowName}" has no definition: expected workflows/${workflowName}/${workflowName}.ts in ${projectDir}; ${hint}`,
    { context: { workflowName, projectDir } },
  );
}

/** The YAML beside a workflow's definition, which need not exist. */
export function settingsFile(projectDir: string, workflowName: string): string {
  return join(projectDir, 'workflows', workflowName, `${workflowName}.yaml`);
}

function definitionFiles(projectDir: string, name: string): string[] {
  return definitionExtensions.map((extension) => join(projectDir, 'workflows', name, `${name}${extension}`));
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') return false;
    throw new AIFlowError('workflow.unreadable', `cannot look at ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
