import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const packages = join(import.meta.dirname, '../../../packages');

/**
 * The text of the one code block in the README of a package that has the line `line`. Throws when there is none,
 * or more than one.
 */
export async function readmeBlock(packageDirectory: string, line: string): Promise<string> {
  const readme = await readFile(join(packages, packageDirectory, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```\w+\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
  const [found, second] = blocks.filter((block) => block.split('\n').includes(line));
  if (found !== undefined && second === undefined) return found;
  throw new Error(
    `one block of the README of ${packageDirectory} must have the line ${JSON.stringify(line)}: ` +
      (found === undefined ? 'none has' : 'more than one has'),
  );
}
