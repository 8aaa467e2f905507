import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandDir } from '../command-dir.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const version: Command = {
  args: [],
  options: {},
  execute: async () => {
    const content: unknown = JSON.parse(readFileSync(join(commandDir, 'package.json'), 'utf8'));
    const own: unknown =
      typeof content === 'object' && content !== null ? Reflect.get(content, 'version') : null;
    process.stdout.write(`aiflow ${String(own)}\n`);
    return exitCodes.ok;
  },
};
