import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { Tarballs } from './pack.ts';

export interface ProjectOptions {
  readonly tarballs: Tarballs;
  /** The packages of ours to install: `['@aiflow/core', '@aiflow/cli']`. What they need of ours comes with them. */
  readonly packages: readonly string[];
  /** Files to write first, by their path in the project. */
  readonly files?: Readonly<Record<string, string>>;
}

/** An ending that a test looks at: a command that fails is a result, not an exception. */
export interface CommandResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** An npm project in an empty directory outside the repository, with tarballs installed as a user would. */
export class PackedProject implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Runs `npm install` with plain npm. Nothing of ours comes from the registry. */
  static async create(options: ProjectOptions): Promise<PackedProject> {
    const { tarballs, packages, files = {} } = options;
    const project = new PackedProject(await realpath(await mkdtemp(join(tmpdir(), 'aiflow-packed-'))));
    const ours = Object.fromEntries(Object.entries(tarballs).map(([name, path]) => [name, `file:${path}`]));
    const dependencies = packages.map((name) => {
      const tarball = ours[name];
      if (tarball === undefined) throw new Error(`${name} was not packed: ${Object.keys(ours).join(', ')}`);
      return [name, tarball] as const;
    });
    const manifest = {
      name: 'packed-project',
      private: true,
      type: 'module',
      dependencies: Object.fromEntries(dependencies),
      overrides: ours,
    };
    await project.write({ 'package.json': JSON.stringify(manifest, null, 2), ...files });
    const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--no-update-notifier'];
    await execa('npm', args, { cwd: project.directory });
    return project;
  }

  /** Writes files, by their path in the project. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      const full = join(this.directory, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, text);
    }
  }

  /** Runs a program in the project, or in `cwd` below it; `aiflow` and the other commands of what is installed are found by name. */
  async run(
    command: string,
    args: readonly string[],
    options: { readonly input?: string; readonly cwd?: string } = {},
  ): Promise<CommandResult> {
    const ended = await execa(command, args, {
      preferLocal: true,
      localDir: this.directory,
      reject: false,
      ...options,
      cwd: join(this.directory, options.cwd ?? '.'),
    });
    return { exitCode: ended.exitCode, stdout: ended.stdout, stderr: ended.stderr };
  }

  /** Runs a script with Node, as a module of the project. */
  async node(script: string): Promise<CommandResult> {
    return await this.run(process.execPath, ['--input-type=module', '--eval', script]);
  }

  /**
   * Checks the project's TypeScript with the compiler options of a strict user. `types` are packages of global types
   * that this repository lends the project, such as `node`; none unless said.
   */
  async typecheck(
    files: readonly string[],
    { types = [] }: { readonly types?: readonly string[] } = {},
  ): Promise<CommandResult> {
    const modules = join(import.meta.dirname, '../../../node_modules');
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024'];
    options.push('--allowImportingTsExtensions', '--typeRoots', join(modules, '@types'));
    options.push('--types', types.join(','));
    return await this.run(join(modules, '.bin', 'tsc'), [...options, ...files]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}
