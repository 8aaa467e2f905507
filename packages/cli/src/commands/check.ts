import { problemsError, readServerConfig } from '@aiflow/core';
import { checkProject } from '../check-project.ts';
import { ProblemList } from '../collect-problems.ts';
import type { Command } from '../command.ts';
import { projectOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const check: Command = {
  args: [],
  options: {
    project: projectOption,
    server: { summary: 'also the YAML of a server, such as server.yaml', value: 'FILE' },
  },
  details:
    'Reads project.yaml and the YAML and the definition of each workflow, and compiles them all. Every problem is one ' +
    'line on stderr. Nothing is stored or run.',
  execute: async ({ options }) => {
    const found = new ProblemList();
    const workflows = await checkProject(options['project'] ?? '.', found);
    const server = options['server'];
    if (server !== undefined) await found.from(server, () => readServerConfig(server));
    if (found.problems.length > 0) throw problemsError('check.problems', found.problems);
    process.stdout.write(`${workflows} workflow${workflows === 1 ? '' : 's'}, no problems\n`);
    return exitCodes.ok;
  },
};
