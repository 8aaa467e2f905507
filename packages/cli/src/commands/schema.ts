import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { AIFlowError, errorCode, messageOf, openProject } from '@aiflow/core';
import type { Command } from '../command.ts';
import { projectOption } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { schemaTexts } from '../schema-files.ts';
import { schemaNames, schemaPath } from '../schema-paths.ts';

export const schema: Command = {
  args: [],
  options: {
    project: projectOption,
    directory: { summary: 'another name of --project, which it wins over', value: 'DIR' },
    stdout: { summary: 'print one of them instead of writing files', value: 'NAME', choices: schemaNames },
  },
  details:
    'Writes JSON schemas into schemas/ of the project, made from the plugins that it has. Editors find them by the ' +
    'first line of a YAML file, such as "# yaml-language-server: $schema=schemas/project.json". Run it again when ' +
    'you have installed a plugin.',
  execute: async ({ options }) => {
    const directory = options['directory'] ?? options['project'] ?? '.';
    const { projectDir, plugins } = await openProject(directory, process.env);
    const texts = await schemaTexts(projectDir, plugins);
    const printed = schemaNames.find((name) => name === options['stdout']);
    if (printed !== undefined) {
      process.stdout.write(texts[printed]);
      return exitCodes.ok;
    }
    for (const name of schemaNames) {
      const path = schemaPath(name);
      const changed = writeChanged(join(projectDir, path), texts[name]);
      process.stdout.write(`${changed ? 'wrote' : 'unchanged'} ${join(directory, path)}\n`);
    }
    return exitCodes.ok;
  },
};

/** Writes a file unless that is what it holds already; says whether it did. */
function writeChanged(path: string, text: string): boolean {
  try {
    if (read(path) === text) return false;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return true;
  } catch (error) {
    throw new AIFlowError('schema.unwritable', `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
