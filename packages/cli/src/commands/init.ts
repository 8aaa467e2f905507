import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  AIFlowError,
  discoverPlugins,
  errorCode,
  isJsonObject,
  isName,
  messageOf,
  nameRule,
} from '@aiflow/core';
import { commandDir } from '../command-dir.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { projectFiles } from '../init-files.ts';
import { schemaTexts } from '../schema-files.ts';
import { writeFiles } from '../write-files.ts';

export const init: Command = {
  args: ['DIR'],
  options: { name: { summary: "the project's name (that of the directory)", value: 'NAME' } },
  execute: async ({ positionals: [directory = '.'], options }) => {
    const projectDir = resolve(directory);
    const name = options['name'] ?? basename(projectDir);
    if (!isName(name)) {
      throw new AIFlowError(
        'name.invalid',
        `${JSON.stringify(name.slice(0, 60))} cannot be a project's name, give one with --name: ${nameRule}`,
      );
    }
    checkTarget(projectDir);
    const versions = new Map(
      discoverPlugins(projectDir, { commandDir }).map((plugin) => [plugin.package, plugin.version]),
    );
    const schemas = await schemaTexts(projectDir, []);
    const files = projectFiles(name, versions, schemas, definitionEnding(projectDir));
    const written = write(projectDir, files);
    const shown = directory === '.' ? '' : ` --project ${directory}`;
    process.stdout.write(
      `${written.map((path) => `wrote ${join(directory, path)}\n`).join('')}\nnow run:  aiflow run hello${shown}\n`,
    );
    return exitCodes.ok;
  },
};

/** `.ts`, or `.mts` where a package.json that is kept says that `.ts` files are no modules. */
function definitionEnding(projectDir: string): string {
  try {
    const content: unknown = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
    return isJsonObject(content) && content['type'] !== 'module' ? 'mts' : 'ts';
  } catch {
    return 'ts'; // there is none, or none that means anything: ours, or its owner's next error, will say
  }
}

function checkTarget(projectDir: string): void {
  const taken = ['project.yaml', 'workflows'].find((name) => existsSync(join(projectDir, name)));
  if (taken !== undefined) {
    throw new AIFlowError(
      'init.taken',
      `${projectDir} already holds ${taken}: name a directory that is no project yet`,
    );
  }
  try {
    readdirSync(projectDir);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw unwritable(projectDir, error);
  }
}

function write(projectDir: string, files: Readonly<Record<string, string>>): string[] {
  try {
    return writeFiles(projectDir, files);
  } catch (error) {
    throw unwritable(projectDir, error);
  }
}

function unwritable(projectDir: string, error: unknown): AIFlowError {
  return new AIFlowError('init.unwritable', `cannot make a project in ${projectDir}: ${messageOf(error)}`, {
    cause: error,
  });
}
