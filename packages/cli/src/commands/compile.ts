import type { Json } from '@aiflow/core';
import { openProject, serializeWorkflow } from '@aiflow/core';
import type { Command } from '../command.ts';
import { projectOption } from '../command.ts';
import { compileProject } from '../compile-project.ts';
import { exitCodes } from '../exit-codes.ts';
import { jsonText } from '../output/json.ts';
import { yamlText } from '../output/yaml.ts';

export const compile: Command = {
  args: ['WORKFLOW'],
  options: {
    project: projectOption,
    output: {
      summary: 'how to print the workflow',
      value: 'FORMAT',
      short: 'o',
      choices: ['json', 'yaml'],
      default: 'json',
    },
  },
  details:
    'Prints what a scheduler is given: the definition with what the YAML says, compiled by the plugins. Nothing is ' +
    'stored or run. What the definition prints goes to stderr.',
  execute: async ({ positionals: [workflowName = ''], options }) => {
    const project = await openProject(options['project'] ?? '.', process.env);
    const workflow = JSON.parse(serializeWorkflow(await compileProject(project, workflowName))) as Json;
    process.stdout.write(options['output'] === 'yaml' ? await yamlText(workflow) : jsonText(workflow));
    return exitCodes.ok;
  },
};
