import { join, resolve } from 'node:path';
import type { Json, PluginChoice, Project } from '@aiflow/core';
import {
  getPlugin,
  loadDefinition,
  openProject,
  problemsError,
  readSettings,
  validateOptions,
} from '@aiflow/core';
import { checkPlugins } from './check-plugins.ts';
import type { Pools } from './check-pools.ts';
import { checkPools, poolsOf } from './check-pools.ts';
import type { ProblemList } from './collect-problems.ts';
import { commandDir } from './command-dir.ts';
import { compileProject } from './compile-project.ts';
import { printable } from './output/printable.ts';
import { load } from './session.ts';
import { workflowNames } from './workflow-names.ts';

/**
 * Looks for problems in a project: in its file, and in the YAML and the definition of each workflow, which is compiled.
 * Gives how many workflows there are. Nothing is written.
 */
export async function checkProject(directory: string, found: ProblemList): Promise<number> {
  const projectDir = resolve(directory);
  const project = await found.from(join(projectDir, 'project.yaml'), () =>
    openProject(directory, process.env),
  );
  const pools = project && (await checkChoices(project, found));
  const names = workflowNames(projectDir);
  for (const workflowName of names) {
    const where = join(projectDir, 'workflows', workflowName);
    const compiled = project && (await found.from(where, () => compileProject(project, workflowName)));
    if (compiled !== null) {
      await found.from(where, async () => checkPools(compiled, pools, where));
      continue;
    }
    // One fault hides those that would come later: the YAML is read also where the definition throws.
    await found.from(where, () => readSettings(projectDir, workflowName));
    // Without a project there are no plugins to compile with.
    if (project === null) await found.from(where, () => draw(projectDir, workflowName));
  }
  return names.length;
}

function draw(projectDir: string, workflowName: string): Promise<unknown> {
  const onOutput = (text: string): void => void process.stderr.write(printable(text));
  return loadDefinition({ projectDir, workflowName, commandDir, onOutput });
}

/** Looks at the plugins that a project lists and those that it chose; gives the pools that its scheduler has. */
async function checkChoices(project: Project, found: ProblemList): Promise<Pools | null> {
  const file = join(project.projectDir, 'project.yaml');
  await checkPlugins(project, found);
  await found.from(file, () => checkChoice(project, 'blob', project.blob));
  let scheduler: string | null = null;
  await found.from(file, async () => {
    [scheduler = null] = await load(project, [{ kind: 'scheduler', className: project.scheduler.className }]);
    await checkChoice(project, 'scheduler', project.scheduler);
  });
  return scheduler === null ? null : await poolsOf(project, scheduler);
}

/** Throws when the plugin that a project chose is not there, or what is wrong with the options that it gives it. */
async function checkChoice(
  project: Project,
  kind: 'blob' | 'scheduler',
  choice: PluginChoice,
): Promise<void> {
  const [name = ''] = await load(project, [{ kind, className: choice.className }]);
  const { options } = getPlugin(kind, name);
  const { problems = [] } = await validateOptions(options, choice.config, choice.keys, project.locate);
  // What a reference will stand for is not known here, where its variable need not be set.
  const referred = new Set(keysOfReferences(choice.config, choice.keys));
  const certain = problems.filter(({ key }) => key === null || !referred.has(key));
  if (certain.length > 0) throw problemsError('config.invalid', certain);
}

/** The dotted keys of the texts that hold a reference, such as `${NAME}`. */
function keysOfReferences(value: Json, path: readonly string[]): string[] {
  if (typeof value === 'string') return value.includes('${') ? [path.join('.')] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => keysOfReferences(member, [...path, key]));
}
