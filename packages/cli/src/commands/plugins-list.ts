import { discoverPlugins, openProject, toWire } from '@aiflow/core';
import { commandDir } from '../command-dir.ts';
import type { Command } from '../command.ts';
import { outputOption, projectOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../output/table.ts';

export const pluginsList: Command = {
  args: [],
  options: { project: projectOption, output: outputOption },
  details:
    'Shows what packages say of themselves; nothing of them is run. Plugins that are files of the project are not listed.',
  execute: async ({ options }) => {
    const project = await openProject(options['project'] ?? '.', process.env);
    const packages = project.plugins.filter((item) => !item.startsWith('.') && !item.startsWith('/'));
    const found = discoverPlugins(project.projectDir, { commandDir, packages });
    if (options['output'] === 'json') {
      process.stdout.write(`${JSON.stringify(toWire(found), null, 2)}\n`);
    } else {
      const rows = found.map((plugin) => [
        plugin.kind,
        plugin.name,
        plugin.package,
        plugin.version,
        plugin.source,
      ]);
      process.stdout.write(table(['KIND', 'NAME', 'PACKAGE', 'VERSION', 'FOUND IN'], rows));
    }
    return exitCodes.ok;
  },
};
