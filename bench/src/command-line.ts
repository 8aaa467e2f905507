import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The built command as users run it: `node <this file> ARGS`. */
export const commandLine: string = join(
  dirname(require.resolve('@aiflow/cli/package.json')),
  'dist',
  'bin.js',
);
