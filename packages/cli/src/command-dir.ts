import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of this package, beside which plugins may be installed; this file is one below it, in src/ or dist/. */
export const commandDir: string = dirname(dirname(fileURLToPath(import.meta.url)));
