import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import type { Ended } from './checkout.ts';

const root = join(import.meta.dirname, '../../..');

/** A fenced block of a Markdown file: its language, which may be empty, and its lines. */
export interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of the repository's README, in order. */
export function readmeBlocks(): Block[] {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

/**
 * A directory that looks to a reader of the README like this checkout: with its npm scripts, its packages as they are
 * built, and a copy of its examples with what is installed for them. Only making it ready is left out of the scripts; that has tests of its own.
 */
export class ReadmeCheckout implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<ReadmeCheckout> {
    const checkout = new ReadmeCheckout(await realpath(await mkdtemp(join(tmpdir(), 'aiflow-readme-'))));
    for (const name of ['packages', 'scripts', '.tools']) {
      await symlink(join(root, name), join(checkout.directory, name));
    }
    // Without what runs and installs have left in them.
    const filter = (path: string): boolean => !['.aiflow', 'node_modules'].includes(basename(path));
    await cp(join(root, 'examples'), join(checkout.directory, 'examples'), { recursive: true, filter });
    for (const example of await readdir(join(root, 'examples'))) {
      const modules = join('examples', example, 'node_modules');
      await symlink(join(root, modules), join(checkout.directory, modules));
    }
    await cp(join(root, '.npmrc'), join(checkout.directory, '.npmrc'));
    const manifest = await readFile(join(root, 'package.json'), 'utf8');
    const ready = manifest.replaceAll(/node scripts\/bootstrap\.mjs( --build)? && /g, '');
    await writeFile(join(checkout.directory, 'package.json'), ready);
    return checkout;
  }

  /** Runs a line of the README in a shell. */
  async run(line: string): Promise<Ended> {
    // What an npm above us says of this repository would mislead the npm in the line.
    const own = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$)/i.test(name));
    const { exitCode, stdout, stderr } = await execa('bash', ['-c', line], {
      cwd: this.directory,
      env: Object.fromEntries(own),
      extendEnv: false,
      reject: false,
    });
    return { exitCode, stdout, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Snapshots are read-only, with their directories.
    await execa('chmod', ['-R', 'u+rwX', join(this.directory, 'examples')], { reject: false });
    await rm(this.directory, { recursive: true, force: true });
  }
}
