import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../../..');
const packages = [
  'blob-local',
  'cli',
  'core',
  'job-bash',
  'job-python',
  'process',
  'scheduler-local',
  'snapshot',
];

/** A project in a directory of its own, with the packages of this repository as npm would lay them. */
export class GuideProject implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(): Promise<GuideProject> {
    const project = new GuideProject(await realpath(await mkdtemp(join(tmpdir(), 'aiflow-guide-'))));
    await mkdir(join(project.directory, 'node_modules/@aiflow'), { recursive: true });
    for (const name of packages) {
      await symlink(join(root, 'packages', name), join(project.directory, 'node_modules/@aiflow', name));
    }
    const dependencies = Object.fromEntries(packages.map((name) => [`@aiflow/${name}`, '*']));
    await project.write('package.json', JSON.stringify({ private: true, type: 'module', dependencies }));
    await project.write(
      'bin/aiflow',
      `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'packages/cli/dist/bin.js')}" "$@"\n`,
    );
    await chmod(join(project.directory, 'bin/aiflow'), 0o755);
    return project;
  }

  async write(path: string, text: string): Promise<void> {
    const full = join(this.directory, path);
    await mkdir(dirname(full), { recursive: true });
    await writeFile(full, text);
  }

  /** Runs a line in a shell; with `until`, interrupts it once its output matches. Both streams, as they came. */
  async run(line: string, until: RegExp | null = null): Promise<string> {
    // One pipe for both: what came first stands first.
    const child = execa('bash', ['-c', `exec ${line} 2>&1`], {
      cwd: this.directory,
      env: { PATH: `${join(this.directory, 'bin')}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1' },
      reject: false,
      timeout: 50_000,
    });
    if (until !== null) {
      let seen = '';
      child.stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        if (until.test(seen)) child.kill('SIGINT');
      });
    }
    const { stdout, timedOut } = await child;
    return timedOut ? `${stdout}\n(did not end within 50 s)` : stdout;
  }

  /** What the compiler says of the files: nothing, when all is well. */
  async typecheck(files: readonly string[]): Promise<string> {
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--skipLibCheck'];
    const strict = [
      '--allowImportingTsExtensions',
      '--erasableSyntaxOnly',
      '--verbatimModuleSyntax',
      '--types',
      '',
    ];
    const { all } = await execa(join(root, 'node_modules/.bin/tsc'), [...options, ...strict, ...files], {
      cwd: this.directory,
      all: true,
      reject: false,
    });
    return all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await execa('chmod', ['-R', 'u+rwX', this.directory], { reject: false }); // snapshots are read-only
    await rm(this.directory, { recursive: true, force: true });
  }
}
