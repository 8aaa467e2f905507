import { readFileSync } from 'node:fs';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

export const version: Command = {
  args: [],
  options: {},
  execute: async () => {
    const content: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    const own: unknown =
      typeof content === 'object' && content !== null ? Reflect.get(content, 'version') : null;
    process.stdout.write(`aiflow ${String(own)}\n`);
    return exitCodes.ok;
  },
};
